#include "core/trace/trace_file.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>

#include "core/base/atomic_file.hpp"
#include "core/base/read_file.hpp"

namespace interleave {
namespace {

constexpr std::array<char, 8> kMagic{'I', 'L', 'T', 'R', 'A', 'C', 'E', '\n'};
constexpr std::uint32_t kVersion = 1;

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t event_bytes = sizeof(TraceEvent);
  std::uint64_t events = 0;
  std::uint64_t dropped = 0;
  std::uint32_t lanes = 0;
  std::uint32_t connections = 0;
};
static_assert(sizeof(Header) == 40 && std::is_trivially_copyable_v<Header>);

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw std::runtime_error(file.string() + ": " + why);
}

}  // namespace

void write_trace(const std::filesystem::path& file, const Trace& trace) {
  Header header;
  header.events = trace.events.size();
  header.dropped = trace.dropped;
  header.lanes = trace.lanes;
  header.connections = trace.connections;
  std::string content(sizeof header + trace.events.size() * sizeof(TraceEvent), '\0');
  std::memcpy(content.data(), &header, sizeof header);
  if (!trace.events.empty()) {
    std::memcpy(content.data() + sizeof header, trace.events.data(), trace.events.size() * sizeof(TraceEvent));
  }
  write_atomically(file, content);
}

Trace read_trace(const std::filesystem::path& file) {
  const std::optional<std::string> found = read_file(file);
  if (!found) refuse(file, "cannot be read: was the server ended by force?");
  const std::string& content = *found;
  Header header;
  if (content.size() >= sizeof header) std::memcpy(&header, content.data(), sizeof header);
  if (content.size() < sizeof header || header.magic != kMagic) refuse(file, "is not a trace");
  if (header.version != kVersion || header.event_bytes != sizeof(TraceEvent)) {
    refuse(file, "is a trace of version " + std::to_string(header.version) + ", this program reads version " +
                     std::to_string(kVersion));
  }
  const std::size_t bytes = content.size() - sizeof header;
  if (bytes % sizeof(TraceEvent) != 0 || bytes / sizeof(TraceEvent) != header.events) {
    refuse(file, "holds " + std::to_string(bytes) + " bytes of events and promises " + std::to_string(header.events) +
                     " events");
  }
  Trace trace;
  trace.dropped = header.dropped;
  trace.lanes = header.lanes;
  trace.connections = header.connections;
  trace.events.resize(header.events);
  if (bytes > 0) std::memcpy(trace.events.data(), content.data() + sizeof header, bytes);
  return trace;
}

}  // namespace interleave
