// All that a concurrency model provides. Each model is one executable that links servers/common and defines
// model_info() and make_server(); main(), options, signals, the ready line and the counters are common.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/net/endpoint.hpp"
#include "core/service/counters.hpp"
#include "core/service/service.hpp"
#include "core/service/session.hpp"
#include "core/trace/trace_recorder.hpp"

namespace interleave {

// What a model says of itself (--describe). Capabilities decide which conformance cases apply:
//   routes              serves the workload's routes through a session (all but the ruler)
//   keep_alive          answers more than one request per connection
//   pipelining          answers pipelined requests in order
//   concurrent_clients  serves another client while one waits
//   example             to read and copy; measured only when named
//   live_counters       prints a counters line on SIGUSR1 (all that use servers/common)
//   own_cpu_rate        finds out by itself how much work a `cpu` step is (interpreters): is given no --cpu-rate
//   trace               records a trace with --trace FILE (docs/tracing.md)
// Options that only some models honour; the others reject them.
enum class ModelOption {
  threads,      // --threads N: workers
  max_threads,  // --max-threads N: threads at a time
  queue,        // --queue-limit N, --when-full wait|reject
};

struct ModelInfo {
  std::string name;
  std::string family;   // blocking | threads | loop | ruler: the marker and the kind of prediction
  std::string summary;  // one sentence
  std::vector<std::string> capabilities;
  std::vector<ModelOption> options;
  // Requests served at a time at most; none: unlimited. Of a model with ModelOption::threads it is --threads.
  std::optional<std::size_t> in_flight_limit;
};

enum class WhenFull { wait, reject };

struct ServerConfig {
  Endpoint listen;
  Endpoint backend;
  SessionOptions session;
  std::size_t max_connections = 10'000;      // clients; further ones wait in the listen queue
  std::size_t backend_connections = 10'000;  // the same limit for every model
  std::size_t backend_queue = 10'000;        // calls waiting for a connection; beyond: 503
  std::size_t threads = 64;                  // workers of a pool
  std::size_t max_threads = 10'000;          // of models that start threads; beyond: see the model
  std::size_t queue_limit = 10'000;          // requests waiting for a worker
  WhenFull when_full = WhenFull::wait;
  TraceRecorder* trace = nullptr;  // outlives the server; nullptr: no trace
};

class Server {
 public:
  Server() = default;
  virtual ~Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds; returns the endpoint with its real port. Called once, before run(). Throws std::system_error.
  virtual Endpoint listen() = 0;
  // Serves until stop(), then finishes the requests whose steps have begun, closes the rest and returns.
  virtual void run() = 0;
  // From any thread or signal handler (async-signal-safe), idempotent.
  virtual void stop() noexcept = 0;
};

// Defined by each model.
[[nodiscard]] ModelInfo model_info();
// `service` and `counters` outlive the server. Throws NotSupported if this host cannot run the model.
[[nodiscard]] std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service,
                                                  Counters& counters);

}  // namespace interleave
