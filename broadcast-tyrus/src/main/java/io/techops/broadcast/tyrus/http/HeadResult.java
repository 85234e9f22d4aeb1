package io.techops.broadcast.tyrus.http;

/** What {@link RequestHeadParser} makes of the bytes of a head: a {@link RequestHead} or an {@link HttpRejection}. */
public interface HeadResult {
}
