// The member "result" of trials/<id>.json, for trial_json.cpp.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "harness/record/driver_result.hpp"

namespace interleave {

[[nodiscard]] nlohmann::ordered_json driver_result_json(const DriverResult& result);
// Throws FieldError (harness/record/json_fields.hpp).
[[nodiscard]] DriverResult driver_result_from(const nlohmann::ordered_json& json);

}  // namespace interleave
