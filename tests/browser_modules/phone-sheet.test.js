// What an enrolment sheet says, scanned or typed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readEnrolment } from "../../suket_service/web/static/scan/device.js";

const CODE = "7K3M9QXT2BVD";
const KID = "kP2_aZ-4xYwVu8tSrQpOnMlKjIhGfEdCbA987654321";
const HOST = "suket.example.go.id";

const read = { code: CODE, kid: KID, host: HOST };
const typed = { ...read, host: null };

for (const [name, text, wanted] of [
  ["the sheet's link", `https://${HOST}/scan/#enrol=${CODE}.${KID}`, read],
  ["the link with blanks around it", ` https://${HOST}/scan/#enrol=${CODE}.${KID}\n`, read],
  ["the link of an office in another town", `https://else.example/scan/#enrol=${CODE}.${KID}`, { ...read, host: "else.example" }],
  ["a developer's own link", `http://localhost:8440/scan/#enrol=${CODE}.${KID}`, { ...read, host: "localhost:8440" }],
  ["the address's fragment", `#enrol=${CODE}.${KID}`, typed],
  ["the code in groups", `7K3M-9QXT-2BVD ${KID}`, typed],
  ["small letters", `7k3m-9qxt-2bvd ${KID}`, typed],
  ["a thumbprint in groups", `7K3M-9QXT-2BVD\n${KID.slice(0, 20)} ${KID.slice(20)}`, typed],
  ["the parts of the link alone", `${CODE}.${KID}`, typed],
]) {
  test(`an enrolment is read from ${name}`, () => assert.deepEqual(readEnrolment(text), wanted));
}

test("signs that look alike are one", () => {
  assert.equal(readEnrolment(`oIL0-1111-2BVD ${KID}`).code, "011011112BVD");
});

test("the thumbprint's letters stay as they are", () => {
  assert.notEqual(readEnrolment(`${CODE} ${KID.toUpperCase()}`).kid, KID);
});

for (const [name, text] of [
  ["nothing", ""],
  ["a letter's seal", `https://${HOST}/s#${"7".repeat(357)}`],
  ["digits alone", "7".repeat(357)],
  ["a code without a thumbprint", "7K3M-9QXT-2BVD"],
  ["a thumbprint without a code", KID],
  ["a code that is too short", `7K3M-9QXT-2BV ${KID}`],
  ["a code that is too long", `7K3M-9QXT-2BVDD ${KID}`],
  ["a sign that no code has", `7K3M-9QXT-2BVU ${KID}`],
  ["a thumbprint that is too short", `https://${HOST}/scan/#enrol=${CODE}.${KID.slice(1)}`],
  ["another page", `https://${HOST}/s#enrol=${CODE}.${KID}`],
  ["another scheme", `ftp://${HOST}/scan/#enrol=${CODE}.${KID}`],
  ["something after it", `https://${HOST}/scan/#enrol=${CODE}.${KID}.`],
]) {
  test(`no enrolment is read from ${name}`, () => assert.equal(readEnrolment(text), null));
}
