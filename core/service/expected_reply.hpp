// What a correct server must answer, byte for byte: the same session that servers run, with a backend that answers at
// once. The harness compares every model with it.
#pragma once
#include <string>
#include <string_view>

#include "core/service/service.hpp"
#include "core/workload/workload.hpp"

namespace interleave {

// Everything the server sends on a connection on which the client sends `request_bytes` and then closes its side.
// `service` must have been made from `workload`. Backend calls answer with their service's reply_bytes, or with an
// error if the workload has no such service. CPU steps are run; files are read
// whole, sleeps end at once.
[[nodiscard]] std::string expected_response(const Service& service, const Workload& workload,
                                            std::string_view request_bytes);

}  // namespace interleave
