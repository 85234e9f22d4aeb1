package io.techops.broadcast.tyrus;

import io.techops.broadcast.tyrus.server.ServerKey;
import io.techops.broadcast.tyrus.server.ServerKeyManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the keys of a server, for {@link BroadcastServer.Builder#tls}.
 *
 * <pre>{@code
 * BroadcastServer.builder().tls(ServerKeys.read(Path.of("keys.p12"), password)).start();
 * }</pre>
 *
 * <p>A file may have several keys, for several names, of several kinds (RSA and EC), or the old and the new one of one
 * name. A client is shown one whose certificate is valid at that moment, for the name that it asks for (SNI, RFC 6066
 * section 3), of a kind that it knows. A client that asks for no name, as one that connects to an IP address, or for a
 * name that no valid certificate has, is shown the first valid one of the file. Only if none is valid, one that is not
 * is shown.
 */
public final class ServerKeys {

    private static final Logger LOG = LoggerFactory.getLogger(ServerKeys.class);

    private ServerKeys() {
    }

    /**
     * {@return a context that serves with the keys in a file} The file is read once, by this call. A key whose
     * certificate has expired or is not valid yet, and that no valid one replaces, is named in the log (WARN), and used
     * if there is no other.
     *
     * @param keyStore a PKCS #12 or JKS file with private keys and their certificates, as {@code keytool} makes it
     * @param password of the key store, and of its keys
     * @throws IllegalArgumentException if the file cannot be read, is no key store or has no key, or if the password is
     *     wrong: the message says which
     */
    public static SSLContext read(Path keyStore, char[] password) {
        if (!Files.isRegularFile(keyStore) || !Files.isReadable(keyStore)) {
            throw new IllegalArgumentException(
                    "keyStore must be a file that can be read: " + keyStore.toAbsolutePath());
        }
        try {
            List<ServerKey> keys = keys(load(keyStore, password), password, keyStore);
            if (keys.isEmpty()) {
                throw new IllegalArgumentException(
                        "keyStore must hold a private key with its certificate, and holds none: " + keyStore);
            }
            warnOfThoseNotValid(keys, keyStore, Instant.now());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new ServerKeyManager(keys, Clock.systemUTC())}, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("keyStore must hold a key that can be used: " + keyStore, e);
        }
    }

    private static KeyStore load(Path file, char[] password) {
        try {
            return KeyStore.getInstance(file.toFile(), password);
        } catch (IOException | GeneralSecurityException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new IllegalArgumentException("password must be that of keyStore: " + file, e);
            }
            throw new IllegalArgumentException("keyStore must be a PKCS #12 or JKS file, and is neither: " + file, e);
        }
    }

    private static List<ServerKey> keys(KeyStore store, char[] password, Path file) throws GeneralSecurityException {
        List<ServerKey> keys = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            try {
                Certificate[] chain = store.isKeyEntry(alias) ? store.getCertificateChain(alias) : null;
                if (chain != null && store.getKey(alias, password) instanceof PrivateKey key) {
                    keys.add(ServerKey.of(alias, key, Stream.of(chain).map(X509Certificate.class::cast).toList()));
                }
            } catch (UnrecoverableKeyException e) {
                throw new IllegalArgumentException(
                        "password must be that of the key " + alias + " in keyStore, too: " + file, e);
            }
        }
        return keys;
    }

    private static void warnOfThoseNotValid(List<ServerKey> keys, Path file, Instant now) {
        for (ServerKey key : keys) {
            Stream<ServerKey> valid = keys.stream().filter(other -> other.isValid(now));
            if (valid.noneMatch(key::sharesNameWith)) {
                X509Certificate certificate = key.chain().get(0);
                Instant begin = certificate.getNotBefore().toInstant();
                LOG.warn("The certificate of the key {} for {} in {} {}", key.alias(), key.names(), file,
                        now.isBefore(begin) ? "is not valid before " + begin
                                : "has expired on " + certificate.getNotAfter().toInstant());
            }
        }
    }
}
