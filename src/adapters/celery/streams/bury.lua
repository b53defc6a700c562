-- KEYS: consumers, streams, the front one first. ARGV: group, seconds of silence, limit.
-- Give back what the consumer holds that has been silent for longest, if for long enough.
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2], 'LIMIT', 0, 1)[1]
if not dead then
  return false
end
local streams, left = {unpack(KEYS, 2)}, tonumber(ARGV[3])
local moved = 0
for _, stream in ipairs(streams) do
  if left > 0 then
    local pending = redis.pcall('XPENDING', stream, ARGV[1], '-', '+', left, dead)
    for _, entry in ipairs(pending.err and {} or pending) do
      moved = moved + put_back(stream, KEYS[2], ARGV[1], entry[1])
      left = left - 1
    end
  end
end
leave(KEYS[1], streams, ARGV[1], dead)
return {dead, moved}
