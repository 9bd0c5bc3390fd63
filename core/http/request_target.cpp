#include "core/http/request_target.hpp"

#include <charconv>
#include <system_error>

namespace interleave {

std::optional<RequestTarget> split_target(std::string_view target) noexcept {
  if (target.find('#') != std::string_view::npos) return std::nullopt;
  if (!target.starts_with('/')) {
    const std::size_t scheme_end = target.find("://");
    if (scheme_end == 0 || scheme_end == std::string_view::npos) return std::nullopt;
    const std::size_t authority = scheme_end + 3;
    const std::size_t authority_end = target.find_first_of("/?", authority);
    if (authority_end == authority || authority == target.size()) return std::nullopt;
    if (authority_end == std::string_view::npos) return RequestTarget{"/", {}};
    if (target[authority_end] == '?') return RequestTarget{"/", target.substr(authority_end + 1)};
    target.remove_prefix(authority_end);
  }
  const std::size_t question = target.find('?');
  if (question == std::string_view::npos) return RequestTarget{target, {}};
  return RequestTarget{target.substr(0, question), target.substr(question + 1)};
}

RequestId parse_request_id(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end) return {.value = std::nullopt, .malformed = true};
  return {.value = value, .malformed = false};
}

RequestId find_request_id(std::string_view query) noexcept {
  RequestId found;
  while (!query.empty()) {
    const std::size_t separator = query.find('&');
    const std::string_view parameter = query.substr(0, separator);
    if (parameter.starts_with("id=")) {
      if (found.value) return {.value = std::nullopt, .malformed = true};
      found = parse_request_id(parameter.substr(3));
      if (found.malformed) return found;
    }
    if (separator == std::string_view::npos) break;
    query.remove_prefix(separator + 1);
  }
  return found;
}

}  // namespace interleave
