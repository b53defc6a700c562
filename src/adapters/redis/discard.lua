-- Remove the record of a task that is still queued. KEYS: record. Returns: removed.
local version = redis.call('HGET', KEYS[1], 'version') or ''
if string.match(version, '^%a+') ~= 'queued' then return 0 end
return redis.call('DEL', KEYS[1])
