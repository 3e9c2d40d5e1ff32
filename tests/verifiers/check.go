// Checks a proof of ours with Go's own note and tlog: check KEY PROOF RECORD. Says the size of the tree.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(what string, err error) {
	fmt.Println(what, err)
	os.Exit(1)
}

func hash(text string) tlog.Hash {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(data) != tlog.HashSize {
		fail("hash", err)
	}
	var found tlog.Hash
	copy(found[:], data)
	return found
}

func main() {
	proof, err := os.ReadFile(os.Args[2])
	if err != nil {
		fail("proof", err)
	}
	record, err := os.ReadFile(os.Args[3])
	if err != nil {
		fail("record", err)
	}
	parts := strings.SplitN(string(proof), "\n\n", 2)
	verifier, err := note.NewVerifier(os.Args[1])
	if err != nil {
		fail("key", err)
	}
	signed, err := note.Open([]byte(parts[1]), note.VerifierList(verifier))
	if err != nil {
		fail("signature", err)
	}
	head := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(head[1], 10, 64)
	if err != nil {
		fail("size", err)
	}
	lines := strings.Split(parts[0], "\n")
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		fail("index", err)
	}
	var hashes tlog.RecordProof
	for _, line := range lines[2:] {
		hashes = append(hashes, hash(line))
	}
	if err := tlog.CheckRecord(hashes, size, hash(head[2]), index, tlog.RecordHash(record)); err != nil {
		fail("inclusion", err)
	}
	fmt.Println(size)
}
