extension SetupPlan {
  /// The first byte of every plan; it changes with the codec.
  private static let version: UInt8 = 2

  package var encoded: [UInt8] {
    var writer = PlanWriter()
    writer.number(Self.version)
    supervision.write(to: &writer)
    for steps in [launcherSteps, initSteps, payloadSteps] {
      writer.list(steps) { $1.write(to: &$0) }
    }
    return writer.bytes
  }

  package init(decoding bytes: [UInt8]) throws(MalformedPlan) {
    var reader = PlanReader(bytes)
    guard try reader.number(UInt8.self) == Self.version else { throw reader.malformed }
    supervision = try Supervision(from: &reader)
    launcherSteps = try reader.list(SetupStep.read)
    initSteps = try reader.list(SetupStep.read)
    payloadSteps = try reader.list(SetupStep.read)
    guard reader.isAtEnd else { throw reader.malformed }
  }
}

extension SetupStep {
  /// The byte that a step begins with. Numbers are never used again for something else.
  private enum Code: UInt8 {
    case openCgroup = 1, cloneTree, openFile, oomScore, cloneInit, mapIDs, makeGroup, setGroup, openGroup,
      mapTrees, makeDevices
    case unshare = 32, makeMountsPrivate, becomeID, newFilesystem, pivot, makeDirectory, makeFile, makeLink
    case attachTree, copyFile, mask, makeReadOnly, hostname, hideInit, handOver, startPayload
    case joinGroup, mountOverlay, pivotTo, listen
    case newSession = 64, changeDirectory, limitResource, affinity, noNewPrivileges, dropCapabilities, filter
    case execute, closeDescriptors, newKeyring, lockSecurebits, landlock
  }

  private var code: Code {
    switch self {
    case .openCgroup: .openCgroup
    case .cloneTree: .cloneTree
    case .openFile: .openFile
    case .oomScore: .oomScore
    case .cloneInit: .cloneInit
    case .makeGroup: .makeGroup
    case .setGroup: .setGroup
    case .openGroup: .openGroup
    case .mapTrees: .mapTrees
    case .makeDevices: .makeDevices
    case .joinGroup: .joinGroup
    case .mountOverlay: .mountOverlay
    case .pivotTo: .pivotTo
    case .listen: .listen
    case .newKeyring: .newKeyring
    case .lockSecurebits: .lockSecurebits
    case .landlock: .landlock
    case .mapIDs: .mapIDs
    case .unshare: .unshare
    case .makeMountsPrivate: .makeMountsPrivate
    case .becomeID: .becomeID
    case .newFilesystem: .newFilesystem
    case .pivot: .pivot
    case .makeDirectory: .makeDirectory
    case .makeFile: .makeFile
    case .makeLink: .makeLink
    case .attachTree: .attachTree
    case .copyFile: .copyFile
    case .mask: .mask
    case .makeReadOnly: .makeReadOnly
    case .hostname: .hostname
    case .hideInit: .hideInit
    case .handOver: .handOver
    case .startPayload: .startPayload
    case .newSession: .newSession
    case .changeDirectory: .changeDirectory
    case .limitResource: .limitResource
    case .affinity: .affinity
    case .noNewPrivileges: .noNewPrivileges
    case .dropCapabilities: .dropCapabilities
    case .filter: .filter
    case .execute: .execute
    case .closeDescriptors: .closeDescriptors
    }
  }

  func write(to writer: inout PlanWriter) {
    writer.number(code.rawValue)
    switch self {
    case .openCgroup(let path), .makeGroup(let path), .mask(let path), .handOver(let path),
      .changeDirectory(let path), .hostname(let path), .pivotTo(let path):
      writer.text(path)
    case .setGroup(let path, let value, let mayBeMissing):
      writer.text(path)
      writer.text(value)
      writer.flag(mayBeMissing)
    case .mapTrees(let firstSlot, let count, let stored, let shown):
      writer.number(firstSlot)
      writer.number(count)
      writer.number(stored)
      writer.number(shown)
    case .makeDevices(let slot, let nodes):
      writer.number(slot)
      writer.list(nodes) { $1.write(to: &$0) }
    case .mountOverlay(let path, let options):
      writer.text(path)
      writer.text(options)
    case .listen(let port):
      writer.number(port)
    case .landlock(let fence):
      fence.write(to: &writer)
    case .cloneTree(let slot, let path, let isRecursive, let attributes):
      writer.number(slot)
      writer.text(path)
      writer.flag(isRecursive)
      writer.number(attributes)
    case .openFile(let slot, let path), .openGroup(let slot, let path), .attachTree(let slot, let path):
      writer.number(slot)
      writer.text(path)
    case .oomScore(let score):
      writer.number(score)
    case .cloneInit(let flags), .unshare(let flags):
      writer.number(flags)
    case .mapIDs(let mapping):
      mapping.write(to: &writer)
    case .becomeID(let user, let group, let clearsGroups):
      writer.number(user)
      writer.number(group)
      writer.flag(clearsGroups)
    case .newFilesystem(let slot, let type, let options, let attributes):
      writer.number(slot)
      writer.text(type)
      writer.list(options) {
        $0.text($1.key)
        $0.text($1.value)
      }
      writer.number(attributes)
    case .pivot(let slot), .joinGroup(let slot):
      writer.number(slot)
    case .makeDirectory(let path, let mode):
      writer.text(path)
      writer.number(mode)
    case .makeFile(let path, let mode, let contents):
      writer.text(path)
      writer.number(mode)
      writer.blob(contents)
    case .makeLink(let path, let target):
      writer.text(path)
      writer.text(target)
    case .copyFile(let slot, let path, let mode, let size):
      writer.number(slot)
      writer.text(path)
      writer.number(mode)
      writer.number(size)
    case .makeReadOnly(let path, let isMount):
      writer.text(path)
      writer.flag(isMount)
    case .limitResource(let resource, let value):
      writer.number(resource)
      writer.number(value)
    case .affinity(let bytes), .filter(let bytes):
      writer.blob(bytes)
    case .execute(let path, let arguments, let environment):
      writer.text(path)
      writer.list(arguments) { $0.text($1) }
      writer.list(environment) { $0.text($1) }
    case .makeMountsPrivate, .hideInit, .startPayload, .newSession, .newKeyring, .noNewPrivileges,
      .lockSecurebits, .dropCapabilities, .closeDescriptors:
      break
    }
  }

  static func read(from reader: inout PlanReader) throws(MalformedPlan) -> SetupStep {
    guard let code = Code(rawValue: try reader.number()) else { throw reader.malformed }
    switch code {
    case .openCgroup: return .openCgroup(path: try reader.text())
    case .cloneTree:
      return .cloneTree(
        slot: try reader.number(), path: try reader.text(), isRecursive: try reader.flag(),
        attributes: try reader.number())
    case .openFile: return .openFile(slot: try reader.number(), path: try reader.text())
    case .oomScore: return .oomScore(try reader.number())
    case .cloneInit: return .cloneInit(namespaces: try reader.number())
    case .makeGroup: return .makeGroup(path: try reader.text())
    case .setGroup:
      return .setGroup(path: try reader.text(), value: try reader.text(), mayBeMissing: try reader.flag())
    case .openGroup: return .openGroup(slot: try reader.number(), path: try reader.text())
    case .mapTrees:
      return .mapTrees(
        firstSlot: try reader.number(), count: try reader.number(), stored: try reader.number(),
        shown: try reader.number())
    case .makeDevices:
      return .makeDevices(slot: try reader.number(), nodes: try reader.list(DeviceNode.init(from:)))
    case .mapIDs: return .mapIDs(try IDMapping(from: &reader))
    case .joinGroup: return .joinGroup(slot: try reader.number())
    case .unshare: return .unshare(try reader.number())
    case .makeMountsPrivate: return .makeMountsPrivate
    case .becomeID:
      return .becomeID(
        user: try reader.number(), group: try reader.number(), clearsGroups: try reader.flag())
    case .newFilesystem:
      let slot: UInt32 = try reader.number()
      let type = try reader.text()
      let options = try reader.list { (inner) throws(MalformedPlan) in
        MountOption(try inner.text(), try inner.text())
      }
      return .newFilesystem(slot: slot, type: type, options: options, attributes: try reader.number())
    case .pivot: return .pivot(slot: try reader.number())
    case .mountOverlay: return .mountOverlay(path: try reader.text(), options: try reader.text())
    case .pivotTo: return .pivotTo(path: try reader.text())
    case .makeDirectory: return .makeDirectory(path: try reader.text(), mode: try reader.number())
    case .makeFile:
      return .makeFile(path: try reader.text(), mode: try reader.number(), contents: try reader.blob())
    case .makeLink: return .makeLink(path: try reader.text(), target: try reader.text())
    case .attachTree: return .attachTree(slot: try reader.number(), path: try reader.text())
    case .copyFile:
      return .copyFile(
        slot: try reader.number(), path: try reader.text(), mode: try reader.number(),
        size: try reader.number())
    case .mask: return .mask(path: try reader.text())
    case .makeReadOnly: return .makeReadOnly(path: try reader.text(), isMount: try reader.flag())
    case .hostname: return .hostname(try reader.text())
    case .hideInit: return .hideInit
    case .handOver: return .handOver(path: try reader.text())
    case .listen: return .listen(port: try reader.number())
    case .startPayload: return .startPayload
    case .newSession: return .newSession
    case .newKeyring: return .newKeyring
    case .changeDirectory: return .changeDirectory(path: try reader.text())
    case .limitResource: return .limitResource(try reader.number(), try reader.number())
    case .affinity: return .affinity(try reader.blob())
    case .noNewPrivileges: return .noNewPrivileges
    case .lockSecurebits: return .lockSecurebits
    case .landlock: return .landlock(try LandlockFence(from: &reader))
    case .dropCapabilities: return .dropCapabilities
    case .closeDescriptors: return .closeDescriptors
    case .filter: return .filter(program: try reader.blob())
    case .execute:
      let path = try reader.text()
      let arguments = try reader.list { (inner) throws(MalformedPlan) in try inner.text() }
      return .execute(
        path: path, arguments: arguments,
        environment: try reader.list { (inner) throws(MalformedPlan) in try inner.text() })
    }
  }
}
