-- What waits for a worker, and for how long the oldest of it has.
-- KEYS: streams, then inboxes. ARGV: group, how many of the keys are streams. Needs clock.lua.
-- Returns: how many wait, ms since the oldest was queued or -1.
local function calls_in(fields)
  for i = 1, #fields, 2 do
    if fields[i] == 'calls' then
      return tonumber(fields[i + 1]) or 1
    end
  end
  return 1
end

local count, oldest = 0, nil
for i, key in ipairs(KEYS) do
  if i > tonumber(ARGV[2]) then
    count = count + redis.call('LLEN', key)
  else
    local waiting, last = redis.call('XLEN', key), '-'
    local groups = waiting > 0 and redis.pcall('XINFO', 'GROUPS', key) or {}
    for _, group in ipairs(groups.err and {} or groups) do
      local facts = {}
      for j = 1, #group, 2 do
        facts[group[j]] = group[j + 1]
      end
      if facts['name'] == ARGV[1] then
        waiting = waiting - facts['pending']
        last = '(' .. facts['last-delivered-id']
      end
    end
    if waiting > 0 then
      -- A user who may not see messages still learns how many there are.
      local first = redis.pcall('XRANGE', key, last, '+', 'COUNT', 10)
      first = first.err and {} or first
      -- Some carry many calls: those that are next tell how many it is on average.
      local calls = 0
      for _, entry in ipairs(first) do
        calls = calls + calls_in(entry[2])
      end
      local each = #first > 0 and calls / #first or 1
      count = count + math.floor(waiting * each + 0.5)
      local id = first[1] and tonumber(string.match(first[1][1], '%d+'))
      if id and (not oldest or id < oldest) then oldest = id end
    end
  end
end
return {count, oldest and math.max(math.floor(now * 1000) - oldest, 0) or -1}
