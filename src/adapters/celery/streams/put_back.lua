-- Move one pending entry to the front stream, as a new entry that counts one delivery more. An
-- entry is pending once only: whoever comes second finds nothing to move.
local function put_back(stream, front, group, id)
  local entry = redis.call('XRANGE', stream, id, id)[1]
  if redis.call('XACK', stream, group, id) == 0 or not entry then
    return 0
  end
  local fields, deliveries = {}, 0
  -- More fields than a few were not written by a sender of messages; they are dropped.
  for i = 1, math.min(#entry[2], 100), 2 do
    if entry[2][i] == 'deliveries' then
      deliveries = tonumber(entry[2][i + 1]) or 0
    else
      fields[#fields + 1] = entry[2][i]
      fields[#fields + 1] = entry[2][i + 1]
    end
  end
  fields[#fields + 1] = 'deliveries'
  fields[#fields + 1] = string.format('%d', deliveries + 1)
  redis.call('XADD', front, '*', unpack(fields))
  redis.call('XDEL', stream, id)
  return 1
end
