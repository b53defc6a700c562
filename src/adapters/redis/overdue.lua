-- The members whose deadline has passed, earliest first. KEYS: open tasks. ARGV: limit.
return redis.call(
  'ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.0f', now), 'LIMIT', 0, ARGV[1]
)
