-- Extend a lease, if the attempt is still the stored one.
-- KEYS: record. ARGV: version, lease in ms, 0 to let go. Returns: held, cancel requested.
local stored = redis.call('HMGET', KEYS[1], 'version', 'cancel')
local marked = stored[2] and 1 or 0
if stored[1] ~= ARGV[1] then return {0, marked} end
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], 'lease')
else
  redis.call('HSET', KEYS[1], 'lease', string.format('%.0f', now + tonumber(ARGV[2])))
end
return {1, marked}
