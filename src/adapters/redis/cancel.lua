-- Mark an open task as to be cancelled.
-- KEYS: record. Returns: its snapshot, marked 1 if it is open.
local version = redis.call('HGET', KEYS[1], 'version') or ''
local status = string.match(version, '^%a+')
local open = status == 'queued' or status == 'running'
if open then redis.call('HSET', KEYS[1], 'cancel', '1') end
return snapshot(open and 1 or 0, KEYS[1])
