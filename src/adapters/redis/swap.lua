-- Compare and swap records, each with its value; announce what took place.
-- KEYS: for each change its record and its value; then the feeds; with one change, perhaps a queue.
-- ARGV: token, how much of a feed is kept, for how many ms, how many changes; then for each change:
--       expected version or '', '1' to refuse while the lease is valid, new version, record, value
--       or '', lease in ms or '', life in ms, '1' to refuse if marked as cancelled, number of its
--       feed or 0, its name there; then, if there is a queue, the entry to post if the change took
--       place.
-- Returns: for each change {1, now} if it took place, else the snapshot of what was in the way.
local answers = {}
local count, has_changed = tonumber(ARGV[4]), false

local function swap(n)
  local run, at = KEYS[2 * n - 1], 10 * n - 6
  local token = ARGV[1] .. n
  local expected, lease = ARGV[at + 1], ARGV[at + 6]
  local stored = redis.call(
    'HMGET', run, 'token', 'version', 'lease', 'cancel', 'progress', 'output')

  -- The answer to this very call was lost, and the connection sent it again.
  if stored[1] == token then return {1, now_us} end

  local fits
  if expected == '' then fits = redis.call('EXISTS', run) == 0 else fits = stored[2] == expected end
  if fits and ARGV[at + 2] == '1' and stored[3] then fits = tonumber(stored[3]) <= now end
  if fits and ARGV[at + 8] == '1' and stored[4] then fits = false end
  if not fits then return snapshot(0, run) end

  -- One moment of expiry for both keys: they vanish together.
  local expiry = string.format('%.0f', now + tonumber(ARGV[at + 7]))
  if stored[5] or stored[6] then
    redis.call('HDEL', run, 'progress', 'output', 'output_start')
  end
  if lease ~= '' then
    redis.call(
      'HSET', run, 'token', token, 'version', ARGV[at + 3], 'record', ARGV[at + 4],
      'lease', string.format('%.0f', now + tonumber(lease)))
  else
    if stored[3] then redis.call('HDEL', run, 'lease') end
    redis.call('HSET', run, 'token', token, 'version', ARGV[at + 3], 'record', ARGV[at + 4])
  end
  redis.call('PEXPIREAT', run, expiry)
  if ARGV[at + 5] ~= '' then redis.call('SET', KEYS[2 * n], ARGV[at + 5], 'PXAT', expiry) end
  local feed = tonumber(ARGV[at + 9])
  if feed > 0 then
    redis.call(
      'XADD', KEYS[2 * count + feed], 'MAXLEN', '~', ARGV[2], '*',
      'key', ARGV[at + 10], 'version', ARGV[at + 3], 'kind', 'status')
  end
  has_changed = true
  return {1, now_us}
end

for n = 1, count do answers[n] = swap(n) end
local entry = 10 * count + 5
local feeds = entry > #ARGV and #KEYS or #KEYS - 1
for n = 2 * count + 1, feeds do redis.call('PEXPIRE', KEYS[n], ARGV[3]) end
if feeds < #KEYS and has_changed then
  redis.call('XADD', KEYS[#KEYS], '*', unpack(ARGV, entry))
end
return answers
