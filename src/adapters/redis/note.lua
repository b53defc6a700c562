-- Keep what a run says, if its attempt is still the stored one, and announce it: in one step, so that
-- whoever hears of it finds it.
-- KEYS: record; then the feed of its namespace, where that is on the same server.
-- ARGV: version, the task's name in the feed, how much of that is kept, for how many ms; then fields
--       and their texts. Returns: kept.
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
if #ARGV > 4 then redis.call('HSET', KEYS[1], unpack(ARGV, 5)) end
if KEYS[2] then
  redis.call(
    'XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*',
    'key', ARGV[2], 'version', ARGV[1], 'kind', 'progress')
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
return 1
