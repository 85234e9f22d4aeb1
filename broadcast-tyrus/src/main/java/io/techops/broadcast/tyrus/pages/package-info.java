/**
 * The page server: static files and resources, with conditions and ranges (RFC 9110 sections 13 and 14). Uses
 * {@code http}. Not exported.
 */
@NullMarked
package io.techops.broadcast.tyrus.pages;

import org.jspecify.annotations.NullMarked;
