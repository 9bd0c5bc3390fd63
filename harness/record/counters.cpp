#include "harness/record/counters.hpp"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace interleave {
namespace {

nlohmann::json parse_object(std::string_view text, std::string_view what) {
  nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
  if (value.is_object()) return value;
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  throw std::runtime_error(std::string(what) + " is " +
                           (blank ? "empty" : "'" + std::string(text.substr(0, 80)) + "'") +
                           " instead of a JSON object");
}

[[noreturn]] void fail(std::string_view what, std::string_view key, std::string_view wanted) {
  throw std::runtime_error(std::string(what) + ": '" + std::string(key) + "' is not " + std::string(wanted));
}

std::uint64_t count(const nlohmann::json& object, std::string_view what, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned()) fail(what, key, "a count");
  return found->get<std::uint64_t>();
}

std::optional<std::uint64_t> optional_count(const nlohmann::json& object, std::string_view what, const char* key) {
  if (!object.contains(key)) return std::nullopt;
  return count(object, what, key);
}

// Nanoseconds as microseconds; null (nothing completed yet) is 0.
double microseconds(const nlohmann::json& object, std::string_view what, const char* key) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_null()) return 0;
  if (found == object.end() || !found->is_number()) fail(what, key, "a number");
  return found->get<double>() / 1e3;
}

std::string text(const nlohmann::json& object, std::string_view what, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) fail(what, key, "a string");
  return found->get<std::string>();
}

// Two snapshots of one counter; a counter that went back belongs to another process, which is no difference at all.
std::uint64_t minus(std::uint64_t after, std::uint64_t before) noexcept {
  return after >= before ? after - before : 0;
}

std::optional<std::uint64_t> minus(const std::optional<std::uint64_t>& after,
                                   const std::optional<std::uint64_t>& before) {
  if (!after || !before) return std::nullopt;
  return minus(*after, *before);
}

std::optional<PerConnection> minus(const std::optional<PerConnection>& after,
                                   const std::optional<PerConnection>& before) {
  if (!after || !before) return std::nullopt;
  return PerConnection{.answered = minus(after->answered, before->answered),
                       .ended = minus(after->ended, before->ended),
                       .responses = minus(after->responses, before->responses),
                       .responses_squared = minus(after->responses_squared, before->responses_squared)};
}

std::optional<PerConnection> parse_per_connection(const nlohmann::json& counters) {
  constexpr std::string_view kWhat = "the server's 'per_connection'";
  const auto found = counters.find("per_connection");
  if (found == counters.end()) return std::nullopt;
  if (!found->is_object()) fail("the server's counters", "per_connection", "an object of counts");
  return PerConnection{.answered = optional_count(*found, kWhat, "answered"),
                       .ended = count(*found, kWhat, "ended"),
                       .responses = count(*found, kWhat, "responses"),
                       .responses_squared = count(*found, kWhat, "responses_squared")};
}

}  // namespace

std::uint64_t ServerCounters::all_responses() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& [status, responses_of_it] : responses) sum += responses_of_it;
  return sum;
}

ServerCounters difference(const ServerCounters& after, const ServerCounters& before) {
  ServerCounters delta = after;
  delta.requests = minus(after.requests, before.requests);
  for (auto& [status, responses] : delta.responses) {
    const auto found = before.responses.find(status);
    if (found != before.responses.end()) responses = minus(responses, found->second);
  }
  delta.backend_calls = minus(after.backend_calls, before.backend_calls);
  delta.backend_errors = minus(after.backend_errors, before.backend_errors);
  delta.connections_accepted = minus(after.connections_accepted, before.connections_accepted);
  delta.connections_closed = minus(after.connections_closed, before.connections_closed);
  delta.connections_reset = minus(after.connections_reset, before.connections_reset);
  delta.threads_created = minus(after.threads_created, before.threads_created);
  delta.bytes_in = minus(after.bytes_in, before.bytes_in);
  delta.bytes_out = minus(after.bytes_out, before.bytes_out);
  delta.per_connection = minus(after.per_connection, before.per_connection);
  delta.voluntary_switches = minus(after.voluntary_switches, before.voluntary_switches);
  delta.involuntary_switches = minus(after.involuntary_switches, before.involuntary_switches);
  return delta;
}

BackendStats difference(const BackendStats& after, const BackendStats& before) {
  BackendStats delta = after;
  delta.calls = minus(after.calls, before.calls);
  delta.completed = minus(after.completed, before.completed);
  const auto mean_since = [&](double mean_after, double mean_before) {
    if (delta.completed == 0) return 0.0;
    return (mean_after * static_cast<double>(after.completed) - mean_before * static_cast<double>(before.completed)) /
           static_cast<double>(delta.completed);
  };
  delta.delay_mean_us = mean_since(after.delay_mean_us, before.delay_mean_us);
  delta.lateness_mean_us = mean_since(after.lateness_mean_us, before.lateness_mean_us);
  return delta;
}

ServerCounters parse_server_counters(std::string_view json_line) {
  constexpr std::string_view kWhat = "the server's counters";
  const nlohmann::json object = parse_object(json_line, kWhat);
  ServerCounters counters;
  counters.requests = count(object, kWhat, "requests");
  const auto responses = object.find("responses");
  if (responses == object.end() || !responses->is_object()) fail(kWhat, "responses", "an object of counts by status");
  for (const auto& [status, value] : responses->items()) {
    counters.responses[status] = count(*responses, kWhat, status.c_str());
  }
  counters.backend_calls = count(object, kWhat, "backend_calls");
  counters.backend_errors = count(object, kWhat, "backend_errors");
  counters.connections_accepted = count(object, kWhat, "connections_accepted");
  counters.connections_closed = count(object, kWhat, "connections_closed");
  counters.connections_reset = count(object, kWhat, "connections_reset");
  counters.threads_created = count(object, kWhat, "threads_created");
  counters.bytes_in = count(object, kWhat, "bytes_in");
  counters.bytes_out = count(object, kWhat, "bytes_out");
  counters.in_flight = count(object, kWhat, "in_flight");
  counters.max_in_flight = count(object, kWhat, "max_in_flight");
  counters.per_connection = parse_per_connection(object);
  counters.voluntary_switches = optional_count(object, kWhat, "voluntary_switches");
  counters.involuntary_switches = optional_count(object, kWhat, "involuntary_switches");
  return counters;
}

BackendStats parse_backend_stats(std::string_view json_text) {
  constexpr std::string_view kWhat = "the backend's STATS";
  const nlohmann::json object = parse_object(json_text, kWhat);
  BackendStats stats;
  stats.calls = count(object, kWhat, "calls");
  stats.completed = count(object, kWhat, "completed");
  stats.in_flight = count(object, kWhat, "in_flight");
  stats.delay_mean_us = microseconds(object, kWhat, "mean_delay_ns");
  const auto lateness = object.find("lateness_ns");
  if (lateness == object.end() || !lateness->is_object()) fail(kWhat, "lateness_ns", "an object");
  stats.lateness_mean_us = microseconds(*lateness, kWhat, "mean");
  stats.lateness_p50_us = microseconds(*lateness, kWhat, "p50");
  stats.lateness_p99_us = microseconds(*lateness, kWhat, "p99");
  stats.lateness_max_us = microseconds(*lateness, kWhat, "max");
  return stats;
}

bool ModelDescription::has_option(std::string_view option) const noexcept {
  return std::find(options.begin(), options.end(), option) != options.end();
}

bool ModelDescription::can(std::string_view capability) const noexcept {
  return std::find(capabilities.begin(), capabilities.end(), capability) != capabilities.end();
}

ModelDescription parse_description(std::string_view json_text) {
  constexpr std::string_view kWhat = "the server's --describe";
  const nlohmann::json object = parse_object(json_text, kWhat);
  ModelDescription model;
  model.name = text(object, kWhat, "name");
  model.family = text(object, kWhat, "family");
  model.summary = text(object, kWhat, "summary");
  model.build_type = text(object, kWhat, "build_type");
  const auto capabilities = object.find("capabilities");
  if (capabilities == object.end() || !capabilities->is_array()) fail(kWhat, "capabilities", "an array");
  for (const nlohmann::json& capability : *capabilities) {
    if (!capability.is_string()) fail(kWhat, "capabilities", "an array of strings");
    model.capabilities.push_back(capability.get<std::string>());
  }
  if (const auto options = object.find("options"); options != object.end() && options->is_array()) {
    for (const nlohmann::json& option : *options) model.options.push_back(text(option, kWhat, "name"));
  }
  model.predictable = model.family != "ruler";
  if (model.family == "blocking") model.in_flight_limit = 1;
  const auto prediction = object.find("prediction");
  if (prediction == object.end() || prediction->is_null()) return model;
  const auto limit = prediction->find("in_flight_limit");
  if (limit == prediction->end()) fail(kWhat, "prediction", "an object with 'in_flight_limit'");
  model.in_flight_limit.reset();
  if (limit->is_null()) return model;
  if (!limit->is_number_unsigned() || limit->get<std::uint64_t>() == 0)
    fail(kWhat, "in_flight_limit", "a positive count");
  model.in_flight_limit = limit->get<std::uint32_t>();
  return model;
}

}  // namespace interleave
