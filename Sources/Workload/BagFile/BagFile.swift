/// A `bag.yaml` as it was written, before any file that it names was looked at: templates instead of texts, paths
/// instead of digests. What was mistaken is absent here and on the list of mistakes.
///
/// Reading never asks the disk. `resolve` does, and reports the mistakes of both at once.
package struct BagFile: Sendable {
  /// The name that mistakes are reported under.
  package let file: String
  /// What reading found wrong.
  package internal(set) var mistakes: [Mistake] = []

  var name: Written<String>?
  /// Of each task; nothing where the file leaves it to us.
  var taskName: Written<Template>?
  /// Nothing where there is none, or where it was mistaken.
  var image: Written<RegistryReference>?
  /// Whether the file names an image, rightly or not.
  var isInImage = false
  var command: [Written<Template>]?
  var commandPlace: Place?
  var environment: [Variable]?
  var inputs: [Input]?
  /// Those inputs that were right, though another may have been mistaken.
  var readableInputs: [Input] = []
  var outputs: [Written<Template>]?
  var limits: Limits?
  var sweep: Sweep?
  var terms: Terms?
  /// Where the file has the values of its sweep.
  var sweepPlace: Place?

  struct Variable: Sendable {
    var name: String
    var value: Written<Template>
  }

  /// One input as written: where the task sees it, and its bytes by path, by digest or by both.
  struct Input: Sendable {
    var path: Written<Template>
    /// Relative to the bag file.
    var source: Written<Template>?
    var digest: Written<ContentDigest>?
    var size: ByteCount?
    var isExecutable: Bool
  }

  /// What the requester offers and asks for.
  struct Terms: Sendable {
    var price: MicroEuros
    var trust: UInt32
    var replicaCap: UInt32
    var deadlineMilliseconds: UInt64
    var expectedMilliseconds: UInt64
    var determinism: Determinism
  }

  /// The image that the file names by a tag. Nodes are told a digest: somebody must ask the registry for it before
  /// `resolve`.
  package var unpinnedImage: RegistryReference? {
    image.flatMap { $0.value.digest == nil ? $0.value : nil }
  }

  /// How many tasks the sweep makes; nothing where it was mistaken.
  package var taskCount: Int? { sweep.flatMap(\.count) }

  init(file: String) {
    self.file = file
  }
}
