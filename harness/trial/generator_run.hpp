// A generator as a process: waiting for its end while everything is sampled, and the server stalled where that is
// asked for.
#pragma once
#include <chrono>
#include <functional>
#include <optional>

#include "harness/process/child.hpp"
#include "harness/process/program.hpp"
#include "harness/process/sampler.hpp"
#include "harness/trial/stalls.hpp"

namespace interleave {

struct GeneratorTimes {
  std::optional<std::chrono::nanoseconds> interrupt_after;  // SIGINT then; nullopt: it ends by itself
  std::chrono::nanoseconds give_up_after{0};
};

// What goes on meanwhile.
struct GeneratorCompany {
  Sampler* sampler = nullptr;     // may be null
  Stalls* stalls = nullptr;       // may be null
  std::function<void()> on_wake;  // after every event while it runs; may throw
};

// Waits for the end of a generator that `waiter` watches. False: it did not end in time.
[[nodiscard]] bool await_generator(Child& generator, Waiter& waiter, const GeneratorTimes& times,
                                   const GeneratorCompany& company);

}  // namespace interleave
