#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

/// JSON Schemas (draft 2020-12, which OpenAPI 3.1 has), put together from small ones.
namespace minpaas::http::schema {

using Json = nlohmann::ordered_json;
/// In the order in which they are shown.
using Members = std::vector<std::pair<std::string, Json>>;

Json text();
Json whole();
Json number();
Json flag();
/// RFC 3339.
Json time();
Json one_of(const std::vector<std::string>& words);
Json list_of(Json items);
/// Members of any name.
Json map_of(Json values);
/// To a schema among the components of the document.
Json ref(const std::string& name);
Json any_of(const std::vector<Json>& schemas);
Json or_null(const Json& schema);
/// All members are required.
Json object(const Members& members);

Members operator+(Members members, const Members& more);

}  // namespace minpaas::http::schema
