-- Remove the record of a task that is still queued. KEYS: record. Returns: whether none is left.
local version = redis.call('HGET', KEYS[1], 'version')
if version and string.match(version, '^%a+') ~= 'queued' then return 0 end
redis.call('DEL', KEYS[1])
return 1
