#include "backend/commands.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <limits>
#include <optional>

#include "core/backend/resp.hpp"

namespace interleave {
namespace {

constexpr std::size_t kLongestQuote = 64;

bool equals_ignoring_case(std::string_view word, std::string_view upper_case) noexcept {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::equal(word.begin(), word.end(), upper_case.begin(), upper_case.end(),
                    [&](char a, char b) { return upper(a) == b; });
}

std::optional<std::uint64_t> parse_count(std::string_view text, std::uint64_t highest) noexcept {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value > highest) return std::nullopt;
  return value;
}

// A client's word within an error line: short, and without the line ends that would end the reply.
std::string quoted(std::string_view word) {
  std::string text = "'";
  for (const char c : word.substr(0, kLongestQuote)) text += c >= ' ' && c <= '~' ? c : '.';
  return text += "'";
}

std::string bulk(std::string_view text) {
  std::string out = "$";
  return out.append(std::to_string(text.size())).append("\r\n").append(text).append("\r\n");
}

Nanoseconds process_cpu_time() noexcept {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + Nanoseconds(used.tv_nsec);
}

}  // namespace

void append_call_reply(std::string& out, std::uint32_t bytes) {
  std::array<char, 16> header{'$'};
  char* const end = std::to_chars(header.data() + 1, header.data() + header.size(), bytes).ptr;
  out.append(header.data(), end).append("\r\n").append(bytes, 'x').append("\r\n");
}

Outcome Commands::execute(std::span<const std::string_view> words) {
  const std::string_view name = words.front();
  if (equals_ignoring_case(name, "CALL")) return call(words);
  if (equals_ignoring_case(name, "PING") && words.size() <= 2)
    return words.size() == 1 ? "+PONG\r\n" : bulk(words[1]);
  if (equals_ignoring_case(name, "STATS") && words.size() == 1) return stats();
  if (equals_ignoring_case(name, "RESET") && words.size() == 1) return reset();
  if (equals_ignoring_case(name, "GET") && words.size() == 2) return get(words[1]);
  if (equals_ignoring_case(name, "SET") && words.size() == 3) return set(words[1], words[2]);
  for (const std::string_view known : {"PING", "STATS", "RESET", "GET", "SET"}) {
    if (equals_ignoring_case(name, known)) return refuse("wrong number of arguments for " + std::string(known));
  }
  return refuse("unknown command " + quoted(name) + ": use CALL, PING, GET, SET, STATS or RESET");
}

Outcome Commands::call(std::span<const std::string_view> words) {
  if (words.size() != 4 && words.size() != 5)
    return refuse("wrong number of arguments: use CALL SERVICE ID INDEX [BYTES]");
  const auto service = services_.find(words[1]);
  if (!service) return refuse("unknown service " + quoted(words[1]) + ": the workload file has no such [services.*]");
  constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();
  const auto id = parse_count(words[2], kAny);
  if (!id && words[2] != "-") return refuse("id " + quoted(words[2]) + " is neither a number nor '-'");
  const auto index = parse_count(words[3], std::numeric_limits<std::uint32_t>::max());
  if (!index) return refuse("index " + quoted(words[3]) + " is not a number below 2^32");
  std::optional<std::uint64_t> bytes;
  if (words.size() == 5) {
    bytes = parse_count(words[4], kMaxReplyBytes);
    if (!bytes)
      return refuse("bytes " + quoted(words[4]) + " is not a number up to " + std::to_string(kMaxReplyBytes));
  }
  PlannedCall planned = services_.plan(*service, id, *index);
  if (bytes) planned.reply_bytes = static_cast<std::uint32_t>(*bytes);
  statistics_.call_received(planned);
  return planned;
}

Outcome Commands::get(std::string_view key) const {
  const auto value = values_.get(key);
  return value ? bulk(*value) : "$-1\r\n";
}

Outcome Commands::set(std::string_view key, std::string_view value) {
  if (values_.set(key, value)) return "+OK\r\n";
  return refuse("too much: at most " + std::to_string(kMostKeys) + " keys of " + std::to_string(kLongestKey) +
                " bytes with values of " + std::to_string(kLongestValue));
}

Outcome Commands::reset() {
  statistics_.reset();
  values_.clear();
  for (std::size_t i = 0; i < services_.specs().size(); ++i) services_.workers(i).reset_maximum();
  return ResetHungCalls{};
}

Outcome Commands::stats() const {
  return bulk(statistics_.to_json(services_, process_cpu_time()));
}

Outcome Commands::refuse(std::string_view message) {
  statistics_.command_refused();
  return std::string("-ERR ").append(message).append("\r\n");
}

}  // namespace interleave
