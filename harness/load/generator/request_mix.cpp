#include "harness/load/generator/request_mix.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <utility>

#include <strings.h>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

constexpr std::size_t kMaxDigits = std::numeric_limits<std::uint64_t>::digits10 + 1;

bool has_header(const std::vector<std::string>& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const std::string& header) {
    return header.size() > name.size() && header[name.size()] == ':' &&
           ::strncasecmp(header.c_str(), name.data(), name.size()) == 0;
  });
}

std::string head_lines(const MixOptions& options) {
  std::string lines;
  if (!has_header(options.headers, "Host")) lines += "Host: " + options.authority + "\r\n";
  for (const std::string& header : options.headers) lines += header + "\r\n";
  if (options.close) lines += "Connection: close\r\n";
  // A request that carries content by its nature says so even when it is empty (RFC 9110 section 8.6).
  const bool has_content = !options.body.empty() || options.method == "POST" || options.method == "PUT";
  if (has_content && !has_header(options.headers, "Content-Length")) {
    lines += "Content-Length: " + std::to_string(options.body.size()) + "\r\n";
  }
  return lines;
}

}  // namespace

RequestMix::RequestMix(const MixOptions& options)
    : seed_(options.seed), has_id_(options.ids != IdPlace::none), is_head_(options.method == "HEAD") {
  const double total = std::accumulate(options.routes.begin(), options.routes.end(), 0.0,
                                       [](double sum, const MixRoute& route) { return sum + route.weight; });
  const std::string lines = head_lines(options);
  double sum = 0;
  for (const MixRoute& route : options.routes) {
    sum += route.weight;
    const std::string start = options.method + " " + route.target;
    std::string end = lines;
    end.append("\r\n").append(options.body);
    std::string whole = start;
    whole.append(" HTTP/1.1\r\n").append(end);
    Route made{std::move(whole), "", sum / total, route.expected_status};
    if (options.ids == IdPlace::query) {
      made.before_id = start + (route.target.find('?') == std::string::npos ? "?id=" : "&id=");
      made.after_id = " HTTP/1.1\r\n" + end;
    } else if (options.ids == IdPlace::header) {
      made.before_id = start + " HTTP/1.1\r\nX-Request-Id: ";
      made.after_id = "\r\n" + end;
    }
    max_size_ = std::max(max_size_, made.before_id.size() + kMaxDigits + made.after_id.size());
    routes_.push_back(std::move(made));
  }
}

const RequestMix::Route& RequestMix::route_of(std::uint64_t id) const noexcept {
  if (routes_.size() == 1) return routes_.front();
  const double drawn = unit_interval(mix64(seed_ ^ mix64(id)));
  const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const Route& r) { return drawn < r.up_to; });
  return found == routes_.end() ? routes_.back() : *found;
}

std::string_view RequestMix::text(std::uint64_t id, char* scratch) const noexcept {
  const Route& route = route_of(id);
  if (!has_id_) return route.before_id;
  char* at = std::copy(route.before_id.begin(), route.before_id.end(), scratch);
  at = std::to_chars(at, at + kMaxDigits, id).ptr;
  at = std::copy(route.after_id.begin(), route.after_id.end(), at);
  return {scratch, static_cast<std::size_t>(at - scratch)};
}

bool RequestMix::is_expected(std::uint64_t id, int status) const noexcept {
  const int expected = route_of(id).expected_status;
  return expected == 0 ? status >= 200 && status < 400 : status == expected;
}

}  // namespace interleave
