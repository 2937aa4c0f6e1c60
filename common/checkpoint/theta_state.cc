#include "common/checkpoint/theta_state.h"

#include <utility>

#include "common/checkpoint/float_formats.h"
#include "common/msgpack/msgpack.h"
#include "common/safetensors/dtype.h"
#include "fmt/format.h"

namespace paceline {
namespace {

using Kind = MsgpackValue::Kind;

constexpr int8_t kArrayExtension = 1;
constexpr int8_t kNumberExtension = 3;

template <class... Args>
absl::Status Invalid(fmt::format_string<Args...> text, Args&&... args) {
  return absl::InvalidArgumentError("not a theta.state of learned_optimization: " +
                                    fmt::format(text, std::forward<Args>(args)...));
}

std::string Short(std::string_view text) { return std::string(text.substr(0, 80)); }

absl::Status ReadShape(const std::string& path, const MsgpackValue& list, Tensor& tensor,
                       uint64_t& bytes) {
  bytes = DTypeBits(tensor.dtype) / 8;
  for (const MsgpackValue& size : list.items) {
    if (size.kind != Kind::kInteger || size.integer < 0 ||
        __builtin_mul_overflow(bytes, static_cast<uint64_t>(size.integer), &bytes)) {
      return Invalid("\"{}\" has a shape that is not of whole sizes >= 0, or overflows", path);
    }
    tensor.shape.push_back(size.integer);
  }
  return absl::OkStatus();
}

// payload: [shape, dtype name, bytes]
absl::StatusOr<Tensor> ReadArray(const std::string& path, std::string_view payload) {
  const auto triple = ParseMsgpack(payload);
  if (!triple.ok()) {
    return Invalid("the array \"{}\": {}", path, std::string(triple.status().message()));
  }
  const auto& parts = triple->items;
  if (parts.size() != 3 || parts[0].kind != Kind::kArray || parts[1].kind != Kind::kText ||
      parts[2].kind != Kind::kBinary) {
    return Invalid("the array \"{}\" is not [shape, dtype name, bytes]", path);
  }
  const auto dtype = FloatDType(parts[1].data);
  if (!dtype) {
    return Invalid("\"{}\" is of dtype {}; float32, float64, float16 or bfloat16 is expected", path,
                   Short(parts[1].data));
  }
  Tensor tensor{.dtype = *dtype, .shape = {}, .data = {}};
  uint64_t bytes = 0;
  absl::Status status = ReadShape(path, parts[0], tensor, bytes);
  if (!status.ok()) return status;
  if (bytes != parts[2].data.size()) {
    return Invalid("\"{}\" has {} bytes, but {} by its dtype and shape", path, parts[2].data.size(),
                   bytes);
  }
  tensor.data = std::string(parts[2].data);
  return *ToFloat32(std::move(tensor));
}

absl::Status ReadTree(const std::string& path, const MsgpackValue& value, ThetaLeaves& leaves) {
  if (value.kind == Kind::kMap) {
    for (const auto& [key, child] : value.entries) {
      if (key == "__msgpack_chunked_array__") {
        return Invalid("\"{}\" is split into chunks, as arrays of over 1 GiB are", path);
      }
      const std::string child_path = path.empty() ? Short(key) : path + "/" + Short(key);
      if (absl::Status status = ReadTree(child_path, child, leaves); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
  if (value.kind != Kind::kExtension ||
      (value.extension != kArrayExtension && value.extension != kNumberExtension)) {
    return Invalid("\"{}\" is {}; an array (extension type 1) is expected", path,
                   MsgpackKindName(value.kind));
  }
  auto tensor = ReadArray(path, value.data);
  if (!tensor.ok()) return tensor.status();
  if (leaves.try_emplace(path, *std::move(tensor)).second) return absl::OkStatus();
  return Invalid("\"{}\" is there twice", path);
}

// "theta.state of learned_optimization, generation G, step 7".
std::string OriginOf(const MsgpackValue& root) {
  std::string origin = "theta.state of learned_optimization";
  const MsgpackValue* generation = root.Find("gen_id");
  if (generation != nullptr && generation->kind == Kind::kText && !generation->data.empty()) {
    origin += ", generation " + Short(generation->data);
  }
  const MsgpackValue* step = root.Find("step");
  if (step != nullptr && step->kind == Kind::kInteger) {
    origin += fmt::format(", step {}", step->integer);
  }
  return origin;
}

// Where ours differ: Celo2's network is there below the name that it has in HyperV2.
constexpr std::string_view kOurNetwork = "nn/~/", kCelo2Network = "ff_mod_stack/~/";

std::string LibraryPath(const ThetaLayout& layout, const std::string& path) {
  if (layout.optimizer != "celo2" || !path.starts_with(kOurNetwork)) return path;
  return std::string(kCelo2Network) + path.substr(kOurNetwork.size());
}

// The library's keys of a path: haiku's modules stand below one key of the optimizer's own, except
// where θ is a network's parameters and nothing else.
std::vector<std::string> KeysOf(const std::string& path) {
  const size_t first = path.find('/'), last = path.rfind('/');
  if (first == std::string::npos) return {path};
  const std::string top = path.substr(0, first), leaf = path.substr(last + 1);
  if (top == "mlp") return {path.substr(0, last), leaf};
  if (first == last) return {top, leaf};
  return {top, path.substr(first + 1, last - first - 1), leaf};
}

struct Branch {
  std::map<std::string, Branch> children;
  const ThetaLeaf* leaf = nullptr;
};

void WriteArray(const ThetaLeaf& leaf, std::span<const float> values, MsgpackWriter& writer) {
  MsgpackWriter payload;
  payload.ArrayHeader(3);
  payload.ArrayHeader(static_cast<uint32_t>(leaf.shape.size()));
  for (const int64_t size : leaf.shape) payload.Integer(static_cast<uint64_t>(size));
  payload.Text("float32");
  payload.Binary({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  writer.Extension(kArrayExtension, payload.bytes());
}

void WriteBranch(const Branch& branch, std::span<const float> theta, MsgpackWriter& writer) {
  if (branch.leaf != nullptr) {
    return WriteArray(*branch.leaf, theta.subspan(branch.leaf->offset, branch.leaf->size), writer);
  }
  writer.MapHeader(static_cast<uint32_t>(branch.children.size()));
  for (const auto& [key, child] : branch.children) {
    writer.Text(key);
    WriteBranch(child, theta, writer);
  }
}

}  // namespace

ThetaLeaves ToOurPaths(ThetaLeaves leaves, const ThetaLayout& layout) {
  ThetaLeaves ours;
  for (auto& [path, tensor] : leaves) {
    const bool renamed = layout.optimizer == "celo2" && path.starts_with(kCelo2Network);
    ours[renamed ? std::string(kOurNetwork) + path.substr(kCelo2Network.size()) : path] =
        std::move(tensor);
  }
  return ours;
}

absl::StatusOr<ThetaState> ParseThetaState(std::string_view bytes) {
  const auto root = ParseMsgpack(bytes);
  if (!root.ok()) return Invalid("{}", std::string(root.status().message()));
  if (root->kind != Kind::kMap) {
    return Invalid("it holds {}; a map is expected", MsgpackKindName(root->kind));
  }
  const MsgpackValue* params = root->Find("params");
  const bool wrapped = params != nullptr && root->Find("gen_id") != nullptr;
  ThetaState state{.leaves = {}, .origin = OriginOf(*root)};
  absl::Status status = ReadTree("", wrapped ? *params : *root, state.leaves);
  if (!status.ok()) return status;
  return state;
}

std::string SerializeThetaState(const ThetaLayout& layout, std::span<const float> theta) {
  Branch root;
  for (const ThetaLeaf& leaf : layout.leaves) {
    Branch* branch = &root;
    for (const std::string& key : KeysOf(LibraryPath(layout, leaf.path))) {
      branch = &branch->children[key];
    }
    branch->leaf = &leaf;
  }
  MsgpackWriter writer;
  WriteBranch(root, theta, writer);
  return writer.bytes();
}

}  // namespace paceline
