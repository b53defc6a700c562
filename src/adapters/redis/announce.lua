-- Show a worker for a while, and forget those whose time is over.
-- KEYS: index, facts. ARGV: worker, life in ms, facts. Needs clock.lua.
local life = tonumber(ARGV[2])
local over = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
for _, worker in ipairs(over) do
  redis.call('HDEL', KEYS[2], worker)
  redis.call('ZREM', KEYS[1], worker)
end
redis.call('ZADD', KEYS[1], now + life, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', now + life) .. ' ' .. ARGV[3])
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < life then
    redis.call('PEXPIRE', key, life)
  end
end
return 1
