-- What is stored of a task: first its mark, then the server's time, the life left, all fields.
local function snapshot(mark, run)
  return {mark, now_us, redis.call('PTTL', run), redis.call('HGETALL', run)}
end
