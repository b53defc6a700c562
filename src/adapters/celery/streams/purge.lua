-- KEYS: stream. ARGV: group, limit. Delete what nobody has taken yet; returns how much that was.
local last = '-'
local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
for _, group in ipairs(groups.err and {} or groups) do
  local facts = {}
  for i = 1, #group, 2 do
    facts[group[i]] = group[i + 1]
  end
  if facts['name'] == ARGV[1] then
    last = '(' .. facts['last-delivered-id']
  end
end
local entries = redis.call('XRANGE', KEYS[1], last, '+', 'COUNT', ARGV[2])
for _, entry in ipairs(entries) do
  redis.call('XDEL', KEYS[1], entry[1])
end
return #entries
