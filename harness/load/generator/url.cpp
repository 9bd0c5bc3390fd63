#include "harness/load/generator/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include <arpa/inet.h>
#include <netdb.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

constexpr std::string_view kScheme = "http://";

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw UsageError("'" + std::string(text) + "': " + why);
}

std::uint16_t parse_port(std::string_view text, std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) {
    refuse(text, "want a port from 1 to 65535 after the host");
  }
  return port;
}

// What cannot stand in a request line: it would end the line and begin something else.
bool is_clean(std::string_view target) {
  return std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c != '\x7f'; });
}

}  // namespace

Url parse_url(std::string_view text) {
  if (text.starts_with("https://")) refuse(text, "TLS is not supported: measure behind it, with http://");
  if (!text.starts_with(kScheme)) refuse(text, "want a URL as http://127.0.0.1:8080/path");
  std::string_view rest = text.substr(kScheme.size());
  rest = rest.substr(0, rest.find('#'));
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, authority_end);
  const std::string_view target = rest.substr(authority_end);
  if (authority.find('@') != std::string_view::npos) refuse(text, "a user in the URL is not supported: use --header");

  Url url;
  std::string_view host = authority;
  std::string_view port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) refuse(text, "the address misses its ']'");
    port = host.substr(end + 1);
    host = host.substr(1, end - 1);
    if (!port.empty() && port.front() != ':') refuse(text, "want a port after ']', as [::1]:8080");
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    port = host.substr(colon);
    host = host.substr(0, colon);
  }
  if (host.empty()) refuse(text, "the host is missing");
  if (!port.empty()) url.port = parse_port(text, port.substr(1));
  if (!is_clean(target)) refuse(text, "blanks and control characters must be percent-encoded");
  url.host = host;
  url.authority = authority;
  url.target = target.starts_with('/') ? target : "/" + std::string(target);
  return url;
}

Endpoint resolve(const Url& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(url.host.c_str(), nullptr, &hints, &found);
  if (error != 0) throw UsageError("cannot resolve '" + url.host + "': " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  std::array<char, NI_MAXHOST> address{};
  if (::getnameinfo(found->ai_addr, found->ai_addrlen, address.data(), address.size(), nullptr, 0, NI_NUMERICHOST) !=
      0) {
    throw UsageError("'" + url.host + "' has no numeric address");
  }
  return {address.data(), url.port};
}

}  // namespace interleave
