-- What waits for a worker, and when the last message before it was taken.
-- KEYS: streams, then inboxes. ARGV: group, how many of the keys are streams. Needs clock.lua.
-- Returns: how many wait, the longest time in ms since what was queued last of those that are taken.
-- Looks at no message: who may only send them must not see those of others.
local count, since = 0, -1
for i, key in ipairs(KEYS) do
  if i > tonumber(ARGV[2]) then
    count = count + redis.call('LLEN', key)
  else
    local waiting, last = redis.call('XLEN', key), 0
    local groups = waiting > 0 and redis.pcall('XINFO', 'GROUPS', key) or {}
    for _, group in ipairs(groups.err and {} or groups) do
      local facts = {}
      for j = 1, #group, 2 do
        facts[group[j]] = group[j + 1]
      end
      if facts['name'] == ARGV[1] then
        waiting = waiting - facts['pending']
        last = tonumber(string.match(facts['last-delivered-id'], '%d+'))
      end
    end
    if waiting > 0 then
      count = count + waiting
      if last > 0 then since = math.max(since, math.floor(now * 1000) - last) end
    end
  end
end
return {count, since}
