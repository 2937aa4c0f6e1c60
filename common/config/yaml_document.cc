#include "common/config/yaml_document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "common/config/text_check.h"
#include "common/text/suggest.h"

namespace paceline {
namespace {

constexpr int kMaxDepth = 16;

// Ends the reading of a document from within yaml-cpp's callbacks.
struct Unreadable {
  MarkedFault fault;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceText& text, int source, YamlDocument& document)
      : text_(text), source_(source), document_(document) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      throw Unreadable{{Convert(mark), "a second document begins here; a config is one document"}};
    }
  }
  void OnDocumentEnd() override {}

  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    Report(Convert(mark),
           fmt::format("the anchor {} is not allowed; write the value wherever it is needed",
                       Quoted("&" + name)));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Report(Convert(mark), "an alias (*name) is not allowed; write the value itself");
    Add(NewNode(mark, YamlNode::Kind::kRefused));
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    Add(NewNode(mark, YamlNode::Kind::kNull));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    YamlNode node = NewNode(mark, YamlNode::Kind::kScalar);
    RefuseTag(tag, node);
    node.text = value;
    node.quoted = tag == "!";
    if (node.quoted && !text_.QuoteIsClosed(node.mark.line, node.mark.column)) {
      throw Unreadable{{node.mark, "this quote is never closed; close it or leave it out"}};
    }
    Add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Open(NewNode(mark, YamlNode::Kind::kList), tag);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Open(NewNode(mark, YamlNode::Kind::kMapping), tag);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct OpenNode {
    YamlNode node;
    std::optional<YamlNode> key;  // waits for its value
    std::map<std::string, Mark> seen;
  };

  Mark Convert(const YAML::Mark& mark) const { return {source_, mark.line + 1, mark.column + 1}; }
  void Report(Mark mark, std::string message) {
    document_.faults.push_back({mark, std::move(message)});
  }
  YamlNode NewNode(const YAML::Mark& mark, YamlNode::Kind kind) const {
    YamlNode node;
    node.mark = Convert(mark);
    node.kind = kind;
    return node;
  }

  void RefuseTag(const std::string& tag, YamlNode& node) {
    // yaml-cpp gives untagged values "?" and those in quotes "!", which is also an explicit tag.
    const bool written = text_.At(node.mark.line, node.mark.column) == '!';
    if (!written && (tag.empty() || tag == "?" || tag == "!")) return;
    Report(node.mark, "a tag (!name) is not allowed; write the value alone");
    node.kind = YamlNode::Kind::kRefused;
  }

  void Open(YamlNode node, const std::string& tag) {
    RefuseTag(tag, node);
    if (open_.size() == kMaxDepth) {
      throw Unreadable{{node.mark, fmt::format("nested deeper than {} levels", kMaxDepth)}};
    }
    open_.push_back({std::move(node), std::nullopt, {}});
  }

  void Close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    Add(std::move(node));
  }

  void Add(YamlNode node) {
    if (open_.empty()) {
      document_.root = std::move(node);
    } else if (OpenNode& parent = open_.back(); parent.node.kind == YamlNode::Kind::kList) {
      parent.node.children.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key = std::move(node);
    } else {
      AddEntry(parent, std::move(node));
    }
  }

  void AddEntry(OpenNode& parent, YamlNode value) {
    const YamlNode key = *std::exchange(parent.key, std::nullopt);
    if (key.kind == YamlNode::Kind::kRefused) return;
    if (key.kind != YamlNode::Kind::kScalar) {
      return Report(key.mark, "a key must be a plain word");
    }
    if (key.text == "<<") {
      return Report(key.mark, "a merge key (<<) is not allowed; write the keys themselves");
    }
    if (const auto [it, is_new] = parent.seen.try_emplace(key.text, key.mark); !is_new) {
      return Report(key.mark, fmt::format("duplicate key {}; it was given first at {}:{}: keep one",
                                          Quoted(key.text), it->second.line, it->second.column));
    }
    value.key = key.text;
    value.key_mark = key.mark;
    parent.node.children.push_back(std::move(value));
  }

  const SourceText& text_;
  const int source_;
  YamlDocument& document_;
  int documents_ = 0;
  std::vector<OpenNode> open_;
};

MarkedFault SyntaxFault(const SourceText& text, Mark mark, const std::string& reason) {
  if (const int tab = text.IndentingTab(mark.line)) {
    mark.column = tab;
    return {mark, "a tab in the indentation; indent with spaces"};
  }
  return {mark,
          fmt::format("not valid YAML: {}; look at the indentation, brackets, quotes and colons "
                      "here and just above",
                      reason)};
}

}  // namespace

YamlNode* YamlNode::Find(std::string_view wanted_key) {
  for (YamlNode& child : children) {
    if (child.key == wanted_key) return &child;
  }
  return nullptr;
}

YamlDocument ReadYaml(std::string_view bytes, int source) {
  YamlDocument document;
  const SourceText text(bytes);
  if (const auto bad = text.FindBadCharacter()) {
    document.faults.push_back({{source, bad->line, bad->column}, bad->message});
    return document;
  }
  std::istringstream stream{std::string(text.bytes())};
  TreeBuilder builder(text, source, document);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    document.readable = true;
  } catch (const Unreadable& stop) {
    document.faults.push_back(stop.fault);
  } catch (const YAML::Exception& error) {
    const Mark mark{source, error.mark.line + 1, error.mark.column + 1};
    document.faults.push_back(SyntaxFault(text, mark, error.msg));
  }
  return document;
}

}  // namespace paceline
