-- wrk's part of the load: one prepared body after another, every answer looked at.
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  requests, wrong = {}, 0
  local headers = { ["Content-Type"] = "application/json" }
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
  end
  place = number * 97
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function response(status, headers, body)
  if status ~= 200 or not body:find('"outcome":"valid"', 1, true) then
    wrong = wrong + 1
  end
end

function done(summary, latency, _)
  local bad = 0
  for _, thread in ipairs(threads) do
    bad = bad + thread:get("wrong")
  end
  local failed = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"p50":%f,"p99":%f,"errors":%d,"dropped":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    bad + failed.connect + failed.write + failed.timeout, failed.read))
end
