package io.techops.broadcast.tyrus.http;

/**
 * What has been read of a request: its {@link RequestHead}, an {@link HttpRejection} if it is none, or the {@linkplain
 * RequestBody.Progress end} of a body that was asked for.
 */
public interface HeadResult {
}
