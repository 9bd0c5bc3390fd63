// A workload: the services a request may call, the routes of a server, and how to load them. Plain data, made by
// load_workload() from one TOML file; immutable afterwards and shared freely between threads.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace interleave {

// Latency distributions of a service. All times are service times: from the arrival of the call to the reply.
struct ConstantLatency {
  std::chrono::nanoseconds value{0};
};
struct ExponentialLatency {
  std::chrono::nanoseconds mean{0};
};
struct LognormalLatency {
  std::chrono::nanoseconds median{0};
  double sigma = 0;
};  // of the logarithm
struct UniformLatency {
  std::chrono::nanoseconds min{0};
  std::chrono::nanoseconds max{0};
};
struct ParetoLatency {
  std::chrono::nanoseconds scale{0};  // the shortest
  double shape = 0;                   // above 1: the mean is finite
};
// Measured service times, drawn with equal probability. Never null or empty; shared, for traces are long.
struct TraceLatency {
  std::shared_ptr<const std::vector<std::chrono::nanoseconds>> delays;
};
using Latency =
    std::variant<ConstantLatency, ExponentialLatency, LognormalLatency, UniformLatency, ParetoLatency, TraceLatency>;

// Probabilities that a call goes wrong, each in its own way; their sum is at most 1.
struct FaultSpec {
  double fail = 0;         // an error reply after the delay
  double reset = 0;        // the connection is reset after the delay
  double hang = 0;         // no reply ever
  double slow = 0;         // a right reply after slow_factor times the delay
  double slow_factor = 1;  // at least 1
};

struct ServiceSpec {
  std::string name;
  Latency latency;
  std::uint32_t reply_bytes = 64;  // length of the bulk reply
  std::uint32_t capacity = 0;      // calls served at a time, the others queue; 0: no limit
  FaultSpec faults = {};
};

// Steps of a request, in order.
struct CallStep {
  std::size_t service = 0;
};  // index into Workload::services
struct ParallelStep {
  std::vector<CallStep> calls;
};  // calls that may overlap, at least one
struct CpuStep {
  std::chrono::nanoseconds nominal{0};
};  // fixed work, as much as takes this long on an idle core
struct SerializeStep {
  std::uint32_t items = 0;
};  // JSON of this many items goes into the body
struct FileStep {
  std::uint64_t bytes = 0;
};  // a file of this size is opened, read and closed
struct SleepStep {
  std::chrono::nanoseconds duration{0};
};  // the request waits, nothing works for it
struct LockStep {
  std::chrono::nanoseconds nominal{0};
};  // like CpuStep, under a lock that all requests of a server share
using Step = std::variant<CallStep, ParallelStep, CpuStep, SerializeStep, FileStep, SleepStep, LockStep>;

struct Expectation {
  int status = 200;
};

struct Route {
  std::string target;   // exact path, "/one_call"
  double weight = 1.0;  // share of the request mix
  std::vector<Step> steps;
  Expectation expect;
};

// What the harness does unless a plan says otherwise.
struct LoadDefaults {
  std::vector<std::uint32_t> connections{1, 64, 256};
};

struct Workload {
  std::string name;  // equals the file's stem
  std::string description;
  std::vector<ServiceSpec> services;
  std::vector<Route> routes;  // at least one
  LoadDefaults load;
};

// Backend calls one request to this route makes.
[[nodiscard]] std::uint32_t calls_per_request(const Route& route);

// Whether any step is CPU work of a nominal time: servers must then know how fast this machine is.
[[nodiscard]] bool has_cpu_work(const Workload& workload);

// Mean time a request to this route needs when it is alone and does one thing after another: of the backend only, and
// of all its steps (without serializing and file reads, which have no nominal time).
[[nodiscard]] std::chrono::duration<double> backend_time(const Workload& workload, const Route& route);
[[nodiscard]] std::chrono::duration<double> nominal_time(const Workload& workload, const Route& route);

// Mean service time of a latency distribution.
[[nodiscard]] std::chrono::duration<double> mean_latency(const Latency& latency);

// The same for a service, slow calls included; without queueing and without the calls that hang.
[[nodiscard]] std::chrono::duration<double> mean_latency(const ServiceSpec& service);

}  // namespace interleave
