#include "worker/data/npy_header.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace paceline {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kVersionEnd = 8;

constexpr std::pair<std::string_view, ElementType> kTypes[] = {{"|u1", ElementType::kU8},
                                                               {"<i4", ElementType::kI32},
                                                               {"<i8", ElementType::kI64},
                                                               {"<f4", ElementType::kF32}};

// Pieces of a Python literal, one after the other; each is nothing, and nothing is passed over, if
// something else stands there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  size_t position() const { return position_; }
  bool AtEnd() { return Next() == '\0' && position_ == text_.size(); }
  bool Eat(char wanted) {
    if (AtEnd() || Next() != wanted) return false;
    ++position_;
    return true;
  }
  std::optional<std::string_view> Quoted() {
    const char quote = Next();
    if (quote != '\'' && quote != '"') return std::nullopt;
    const size_t end = text_.find(quote, position_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text_.substr(position_ + 1, end - position_ - 1);
    position_ = end + 1;
    return inside;
  }
  std::optional<bool> Truth() {
    if (EatWord("True")) return true;
    if (EatWord("False")) return false;
    return std::nullopt;
  }
  std::optional<uint64_t> Number() {
    Next();
    const size_t begin = position_;
    uint64_t number = 0;
    for (; position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9';
         ++position_) {
      if (__builtin_mul_overflow(number, 10, &number) ||
          __builtin_add_overflow(number, text_[position_] - '0', &number)) {
        position_ = begin;
        return std::nullopt;
      }
    }
    return position_ == begin ? std::nullopt : std::optional(number);
  }
  // (), (3,), (3, 4), (3, 4,)
  std::optional<std::vector<uint64_t>> Tuple() {
    std::vector<uint64_t> numbers;
    if (!Eat('(')) return std::nullopt;
    while (!Eat(')')) {
      const std::optional<uint64_t> number = Number();
      if (!number) return std::nullopt;
      numbers.push_back(*number);
      if (Eat(',')) continue;
      if (Next() != ')' || numbers.size() == 1) return std::nullopt;  // (3) is no tuple
    }
    return numbers;
  }

 private:
  // The next character that is no space; zero at the end.
  char Next() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n')) {
      ++position_;
    }
    return position_ < text_.size() ? text_[position_] : '\0';
  }
  bool EatWord(std::string_view word) {
    Next();
    if (!text_.substr(position_).starts_with(word)) return false;
    position_ += word.size();
    return true;
  }

  std::string_view text_;
  size_t position_ = 0;
};

struct Fields {
  std::optional<std::string_view> type;
  std::optional<bool> fortran_order;
  std::optional<std::vector<uint64_t>> shape;
};

// Whether the value that the key asks for stood there.
bool ReadField(std::string_view key, Scanner& scanner, Fields& fields) {
  if (key == "descr" && !fields.type) return (fields.type = scanner.Quoted()).has_value();
  if (key == "fortran_order" && !fields.fortran_order) {
    return (fields.fortran_order = scanner.Truth()).has_value();
  }
  if (key == "shape" && !fields.shape) return (fields.shape = scanner.Tuple()).has_value();
  return false;
}

bool ReadFields(Scanner& scanner, Fields& fields) {
  if (!scanner.Eat('{')) return false;
  while (!scanner.Eat('}')) {
    const std::optional<std::string_view> key = scanner.Quoted();
    if (!key || !scanner.Eat(':') || !ReadField(*key, scanner, fields)) return false;
    if (scanner.Eat(',')) continue;
    return scanner.Eat('}') && scanner.AtEnd();
  }
  return scanner.AtEnd();
}

// What is no part of a message as it stands: from the file, and short.
std::string Printable(std::string_view text) {
  std::string printable;
  for (const char c : text.substr(0, 40)) printable.push_back(c >= ' ' && c <= '~' ? c : '?');
  return printable;
}

absl::StatusOr<ElementType> TypeOf(std::string_view descr) {
  for (const auto& [name, type] : kTypes) {
    if (descr == name) return type;
  }
  return absl::DataLossError(fmt::format(
      "the header says values of type '{}', which are not read; expected '|u1' (uint8), "
      "'<f4' (float32), '<i4' or '<i8' (int32, int64)",
      Printable(descr)));
}

absl::StatusOr<NpyHeader> HeaderOf(Fields fields) {
  if (!fields.type || !fields.fortran_order || !fields.shape) {
    return absl::DataLossError("the header lacks one of 'descr', 'fortran_order' and 'shape'");
  }
  if (*fields.fortran_order) {
    return absl::DataLossError(
        "the header says Fortran order, which is not read; save numpy.ascontiguousarray(array)");
  }
  const absl::StatusOr<ElementType> type = TypeOf(*fields.type);
  if (!type.ok()) return type.status();
  return NpyHeader{.type = *type, .shape = *std::move(fields.shape)};
}

// Where the dictionary's text lies.
absl::StatusOr<std::string_view> DictionaryOf(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) {
    return absl::DataLossError("does not begin with \\x93NUMPY, as an NPY file does");
  }
  const size_t length_bytes = bytes.size() < kVersionEnd || bytes[6] == 1 ? 2 : 4;
  if (bytes.size() < kVersionEnd + length_bytes) {
    return absl::DataLossError(fmt::format("ends at byte {}, within the header", bytes.size()));
  }
  if ((bytes[6] != 1 && bytes[6] != 2) || bytes[7] != 0) {
    return absl::DataLossError(fmt::format("bytes 6 and 7 say version {}.{}; expected 1.0 or 2.0",
                                           static_cast<uint8_t>(bytes[6]),
                                           static_cast<uint8_t>(bytes[7])));
  }
  uint64_t length = 0;
  std::memcpy(&length, bytes.data() + kVersionEnd, length_bytes);
  const std::string_view rest = bytes.substr(kVersionEnd + length_bytes);
  if (length > rest.size()) {
    return absl::DataLossError(fmt::format(
        "bytes 8 to {} promise a header of {} bytes, but the file ends {} bytes after them",
        kVersionEnd + length_bytes - 1, length, rest.size()));
  }
  return rest.substr(0, length);
}

}  // namespace

absl::StatusOr<NpyHeader> ParseNpyHeader(std::string_view bytes) {
  const absl::StatusOr<std::string_view> dictionary = DictionaryOf(bytes);
  if (!dictionary.ok()) return dictionary.status();
  const auto begin = static_cast<size_t>(dictionary->data() - bytes.data());
  Scanner scanner(*dictionary);
  Fields fields;
  if (!ReadFields(scanner, fields)) {
    return absl::DataLossError(
        fmt::format("the header cannot be read at byte {}; expected {{'descr': '|u1', "
                    "'fortran_order': False, 'shape': (40, 28, 28)}} or the like",
                    begin + scanner.position()));
  }
  absl::StatusOr<NpyHeader> header = HeaderOf(std::move(fields));
  if (header.ok()) header->data_begin = begin + dictionary->size();
  return header;
}

}  // namespace paceline
