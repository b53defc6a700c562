-- Keep what a run says, if its attempt is still the stored one.
-- KEYS: record. ARGV: version, then fields and their texts. Returns: kept.
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
if #ARGV > 1 then redis.call('HSET', KEYS[1], unpack(ARGV, 2)) end
return 1
