-- KEYS: delayed, streams, as many lists. ARGV: limit.
-- Put what is due, and what was pushed to the lists, into the streams. Returns when the next one
-- is due and whether there may be more to bring at once.
local limit, streams = tonumber(ARGV[1]), (#KEYS - 1) / 2
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, limit)
for _, member in ipairs(due) do
  local step, message = string.match(member, '^(%d+):(.*)$')
  local stream = KEYS[1 + math.min((tonumber(step) or 0) + 1, streams)]
  redis.call('XADD', stream, '*', 'message', message or member)
  redis.call('ZREM', KEYS[1], member)
end
local pushed = 0
for step = 1, streams do
  local list = KEYS[1 + streams + step]
  while pushed < limit do
    local message = redis.call('RPOP', list)
    if not message then
      break
    end
    redis.call('XADD', KEYS[1 + step], '*', 'message', message)
    pushed = pushed + 1
  end
end
local following = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {following[2] or '', (#due == limit or pushed == limit) and 1 or 0}
