-- Forget a consumer. Only where nothing is pending: what is pending would be lost with it.
local function leave(consumers, streams, group, name)
  for _, stream in ipairs(streams) do
    local pending = redis.pcall('XPENDING', stream, group, '-', '+', 1, name)
    if not pending.err and #pending > 0 then
      return 0
    end
  end
  for _, stream in ipairs(streams) do
    redis.pcall('XGROUP', 'DELCONSUMER', stream, group, name)
  end
  redis.call('ZREM', consumers, name)
  return 1
end
