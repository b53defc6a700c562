-- Compare and swap a record, with its value.
-- KEYS: record, value.
-- ARGV: token, expected version or '', '1' to refuse while the lease is valid, new version,
--       record, value or '', lease in ms or '', life in ms, '1' to refuse if marked as cancelled.
local run, value = KEYS[1], KEYS[2]
local token, expected, only_if_stale, version = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local stored = redis.call('HMGET', run, 'token', 'version', 'lease', 'cancel')

-- The answer to this very call was lost, and the connection sent it again.
if stored[1] == token then return {1, now_us} end

local fits
if expected == '' then fits = redis.call('EXISTS', run) == 0 else fits = stored[2] == expected end
if fits and only_if_stale == '1' and stored[3] then fits = tonumber(stored[3]) <= now end
if fits and ARGV[9] == '1' and stored[4] then fits = false end
if not fits then return snapshot(0, run) end

-- One moment of expiry for both keys: they vanish together.
local expiry = string.format('%.0f', now + tonumber(ARGV[8]))
redis.call('HDEL', run, 'lease', 'progress', 'output', 'output_start')
redis.call('HSET', run, 'token', token, 'version', version, 'record', ARGV[5])
if ARGV[7] ~= '' then
  redis.call('HSET', run, 'lease', string.format('%.0f', now + tonumber(ARGV[7])))
end
redis.call('PEXPIREAT', run, expiry)
if ARGV[6] ~= '' then redis.call('SET', value, ARGV[6], 'PXAT', expiry) end
return {1, now_us}
