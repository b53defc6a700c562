-- Count bytes by the minute in which they expire. KEYS: the counts of a namespace.
-- ARGV: for each value, its life in ms and its bytes; negative: to take them back.
local present = math.floor(now / 60000)
for i = 1, #ARGV, 2 do
  local minute = math.floor((now + tonumber(ARGV[i])) / 60000) + 1
  if redis.call('HINCRBY', KEYS[1], minute, ARGV[i + 1]) == tonumber(ARGV[i + 1]) then
    -- The first of its minute: at most once a minute for each, past ones are thrown away.
    for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
      if tonumber(field) <= present then redis.call('HDEL', KEYS[1], field) end
    end
  end
  local left = minute * 60000 - now
  if redis.call('PTTL', KEYS[1]) < left then
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', left))
  end
end
return 1
