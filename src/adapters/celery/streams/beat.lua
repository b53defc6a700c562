-- KEYS: consumers. ARGV: names. Note that they live; returns the time as text, to the microsecond.
for _, name in ipairs(ARGV) do
  redis.call('ZADD', KEYS[1], now, name)
end
return string.format('%.6f', now)
