// Is this server what it must be, before anything is measured? Each route of the workload once: status, the exact
// body, and as many backend calls as the route makes; then an unknown path. So a server that answers fast because it
// does not do the work is caught here and named.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/backend/blocking_client.hpp"
#include "core/net/endpoint.hpp"
#include "core/service/service.hpp"
#include "core/workload/workload.hpp"
#include "harness/process/interrupt.hpp"
#include "harness/record/counters.hpp"

namespace interleave {

struct VerifyTarget {
  const ModelDescription* model = nullptr;
  Endpoint server;
  const Workload* workload = nullptr;
  const Service* service = nullptr;  // of the same workload: gives the bodies expected
  const Interrupt* interrupt = nullptr;
};

struct VerifyOutcome {
  std::size_t checks = 0;               // made and passed
  std::optional<std::string> failure;   // the first thing wrong, in one line
  std::vector<std::string> exemptions;  // what this model's capabilities excuse it from
};

// Throws std::system_error or BackendError if the backend does not answer: that is not the server's fault. Throws
// Interrupted.
[[nodiscard]] VerifyOutcome verify(const VerifyTarget& target, BlockingBackendClient& backend);

// True if the model can serve the workload: one without routes (the ruler) only where no route calls the backend.
[[nodiscard]] bool can_serve(const ModelDescription& model, const Workload& workload);

}  // namespace interleave
