#include "core/service/expected_reply.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <variant>

#include "core/backend/resp.hpp"
#include "core/service/session.hpp"

namespace interleave {
namespace {

void answer(BackendCall& call, const Workload& workload) {
  CommandReader reader;
  call.error = std::make_error_code(std::errc::protocol_error);
  if (!reader.feed(std::as_bytes(std::span(call.request)))) return;
  const std::optional<std::span<const std::string_view>> words = reader.next();
  if (!words || words->size() < 2 || words->front() != "CALL") return;
  const auto service = std::find_if(workload.services.begin(), workload.services.end(),
                                    [&](const ServiceSpec& spec) { return spec.name == (*words)[1]; });
  if (service == workload.services.end()) return;
  call.error = {};
  call.reply_bytes = service->reply_bytes;
}

}  // namespace

std::string expected_response(const Service& service, const Workload& workload, std::string_view request_bytes) {
  const auto counters = std::make_unique<Counters>();
  Session session(service, SessionOptions{}, *counters, counters->shard(0));
  std::string sent;
  for (IoOp op = session.next(TimePoint{}); !is_close(op); op = session.next(TimePoint{})) {
    if (std::holds_alternative<ReadOp>(op)) {
      session.complete_read(std::as_bytes(std::span(request_bytes)));
      request_bytes = {};
    } else if (const auto* write = std::get_if<WriteOp>(&op)) {
      for (const std::byte byte : write->bytes) sent.push_back(static_cast<char>(byte));
      session.complete({.bytes = write->bytes.size(), .error = {}});
    } else if (const auto* file = std::get_if<FileReadOp>(&op)) {
      session.complete({.bytes = file->buffer.size(), .error = {}});
    } else {
      if (const auto* backend = std::get_if<BackendOp>(&op)) {
        for (BackendCall& call : backend->calls) answer(call, workload);
      }
      session.complete({});  // a sleep is over at once
    }
  }
  return sent;
}

}  // namespace interleave
