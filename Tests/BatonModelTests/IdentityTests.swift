import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

@Suite("SiteID")
struct SiteIDTests {
    @Test(
        "a site is two to eight letters and digits, a letter first",
        arguments: ["ab", "syd", "u1", "abcdefgh", "a1234567"])
    func accepted(text: String) throws {
        #expect(try #require(SiteID(text)).description == text)
    }

    @Test(
        "what is not a site's name is refused",
        arguments: ["", "a", "abcdefghi", "Syd", "1ab", "a b", "a-b", "s\u{fc}d", "ab\u{0}", "\u{0}ab"])
    func refused(text: String) { #expect(SiteID(text) == nil) }

    @Test("sites order as their text does")
    func order() {
        let names = ["zz", "ab", "abc", "aba", "b0", "az", "zza", "abcdefgh", "abcdefgi"]
        #expect(names.map(ModelSamples.site).sorted().map(\.description) == names.sorted())
        #expect(ModelSamples.site("syd").packed == 0x7379_6400_0000_0000)
    }
}

@Suite("Author")
struct AuthorTests {
    @Test("authors order by site, then counter, then nonce")
    func order() {
        let rising = [
            ModelSamples.author("syd", counter: 1, nonce: 9),
            ModelSamples.author("syd", counter: 2, nonce: 1),
            ModelSamples.author("syd", counter: 2, nonce: .max),
            ModelSamples.author("usw", counter: 0, nonce: 0),
        ]
        #expect(rising.reversed().sorted() == rising)
    }

    @Test(
        "authors with names of one length sort as their encodings do; a shorter name's encoding sorts first"
    )
    func encodingOrder() {
        var generator = ModelGenerator(seed: 11)
        var authors: [Author] = []
        for _ in 0..<300 {
            authors.append(
                ModelSamples.author(
                    generator.random.pick(["syd", "usw", "use"]),
                    counter: UInt32(truncatingIfNeeded: generator.integer()), nonce: generator.random.next()))
        }
        let byBytes = authors.sorted { $0.encoded.lexicographicallyPrecedes($1.encoded) }
        #expect(byBytes == authors.sorted())
        let (short, long) = (ModelSamples.author("zz"), ModelSamples.author("aaa"))
        #expect(long < short)
        #expect(short.encoded.lexicographicallyPrecedes(long.encoded))
    }

    @Test("an author's encoding is [site, counter, nonce] and reads back")
    func encoding() throws {
        let author = ModelSamples.author("syd", counter: 258)
        #expect(hexadecimal(author.encoded) == "8363737964190102480102030405060708")
        var reader = CBORReader(author.encoded)
        #expect(try Author(from: &reader) == author)
    }

    @Test("places order by author, then number")
    func places() {
        let rising = [
            ModelSamples.place("syd", 9), ModelSamples.place("syd", 10), ModelSamples.place("usw", 1),
        ]
        #expect(rising.reversed().sorted() == rising)
        #expect(rising[1].description == "syd/1.01020304#10")
    }
}

@Suite("Digest256")
struct Digest256Tests {
    @Test("a digest takes 32 bytes, also of a slice, and gives them back", arguments: [0, 31, 32, 33, 64])
    func bytes(count: Int) {
        let input = (0..<count).map { UInt8($0) }
        #expect(Digest256(input)?.bytes == (count == 32 ? input : nil))
        #expect(Digest256(([7] + input).dropFirst())?.bytes == (count == 32 ? input : nil))
    }

    @Test("digests order as their bytes do")
    func order() {
        var generator = ModelGenerator(seed: 5)
        var digests: [Digest256] = (0..<200).map { _ in generator.digest() }
        // Words that differ late only, each in its own place.
        for place in 0..<32 {
            var bytes = [UInt8](repeating: 0x80, count: 32)
            bytes[place] = 0x7f
            if let digest = Digest256(bytes) { digests.append(digest) }
        }
        let byBytes = digests.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        #expect(digests.sorted() == byBytes)
    }

    @Test("hexadecimal text of either case reads; odd or other text does not")
    func hexadecimalText() {
        #expect(BatonModel.bytes(hexadecimal: "00fFaB") == [0, 255, 171])
        #expect(BatonModel.bytes(hexadecimal: "") == [])
        for text in ["0", "0g", "0x00", " 00", "000"] { #expect(BatonModel.bytes(hexadecimal: text) == nil) }
        #expect(hexadecimal([0, 15, 16, 255]) == "000f10ff")
    }
}

@Suite("DocumentID")
struct DocumentIDTests {
    @Test("the first byte of a document id is its kind", arguments: DocumentKind.allCases)
    func kind(kind: DocumentKind) throws {
        let id = DocumentID(kind: kind, suffix: (0..<20).map { UInt8($0) })
        #expect(id.bytes == [kind.rawValue] + (0..<15).map { UInt8($0) })
        #expect(id.kind == kind)
        #expect(DocumentID(id.bytes) == id)
    }

    @Test("an id of an unknown kind is kept with no kind; another length is no id")
    func unknown() throws {
        let id = try #require(DocumentID([UInt8](repeating: 0xee, count: 16)))
        #expect(id.kind == nil)
        #expect(id.kindCode == 0xee)
        for count in [0, 15, 17] { #expect(DocumentID([UInt8](repeating: 1, count: count)) == nil) }
    }

    @Test("document ids order as their bytes do")
    func order() {
        var generator = ModelGenerator(seed: 6)
        let ids = (0..<100).compactMap { _ in DocumentID(generator.random.bytes(16)) }
        #expect(ids.count == 100)
        #expect(ids.sorted() == ids.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) })
    }

    @Test("a team's singletons differ by kind and by team and are the same at every site")
    func singletons() {
        func id(_ kind: DocumentKind, _ team: UInt8) -> DocumentID {
            DocumentID.singleton(
                kind, team: TeamID(digest: ModelSamples.digest(from: team)), hashing: ModelSamples.hashing)
        }
        #expect(id(.directory, 1) == id(.directory, 1))
        #expect(Set([id(.directory, 1), id(.schedule, 1), id(.directory, 2)]).count == 3)
        #expect(id(.schedule, 1).kind == .schedule)
        // The suffix alone differs too: two kinds never share a hash.
        #expect(id(.directory, 1).bytes.dropFirst() != id(.schedule, 1).bytes.dropFirst())
    }

    @Test("a document id from too few bytes is a broken invariant")
    func shortSuffix() async {
        await #expect(processExitsWith: .failure) {
            _ = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 0, count: 14))
        }
    }
}
