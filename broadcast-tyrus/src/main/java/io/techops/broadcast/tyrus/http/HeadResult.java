package io.techops.broadcast.tyrus.http;

/**
 * The result of reading a request: its {@link RequestHead}, an {@link HttpRejection} if it is invalid, or the
 * {@linkplain RequestBody.Progress end} of a body that was expected.
 */
public interface HeadResult {
}
