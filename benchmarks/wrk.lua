-- Sends the requests of a file, one a line: method, address, headers ("Name: value" separated by \1) and body, by tabs.
-- Each thread begins at another place, so that no request is sent twice before all have been sent.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  requests = {}
  for line in io.lines(os.getenv("REQUESTS")) do
    local method, path, headers, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local fields = {}
    for name, value in headers:gmatch("([^:\1]+): ([^\1]+)") do fields[name] = value end
    if body == "" then body = nil end
    requests[#requests + 1] = wrk.format(method, path, fields, body)
  end
  at = math.floor(number * #requests / tonumber(os.getenv("THREADS")))
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout, summary.bytes))
end
