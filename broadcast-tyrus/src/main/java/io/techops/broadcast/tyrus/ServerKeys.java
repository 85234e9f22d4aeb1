package io.techops.broadcast.tyrus;

import io.techops.broadcast.tyrus.server.PemFiles;
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
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the keys of a server, for {@link BroadcastServer.Builder#tls}.
 *
 * <pre>{@code
 * ServerKeys keys = ServerKeys.ofPem(Path.of("fullchain.pem"), Path.of("privkey.pem"));
 * BroadcastServer.builder().tls(keys.context()).start();
 * timer.scheduleWithFixedDelay(keys::reload, 1, 1, TimeUnit.HOURS);
 * }</pre>
 *
 * <p>A key store may have several keys: for several host names, of several types (RSA and EC), or the old and the new
 * key of one name. The certificate that is sent to a client is one that is valid now, for the host name that the client
 * asks for (SNI, RFC 6066 section 3), and of a type that the client supports. If the client asks for no name, as when
 * it connects to an IP address, or for a name without a valid certificate, the first valid certificate of the file is
 * sent. A certificate that is not valid is sent only if there is no valid one.
 *
 * <p>Reading blocks. Safe for use by any number of threads.
 */
public final class ServerKeys {

    private static final Logger LOG = LoggerFactory.getLogger(ServerKeys.class);

    private final Supplier<List<ServerKey>> reading;
    private final ServerKeyManager manager;
    private final SSLContext context;
    private volatile List<ServerKey> keys;

    private ServerKeys(Supplier<List<ServerKey>> reading) {
        this.reading = reading;
        this.keys = reading.get();
        this.manager = new ServerKeyManager(keys, Clock.systemUTC());
        try {
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {manager}, null, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    /**
     * {@return the keys in a file, which is read by this call and by each {@link #reload}} If the certificate of a key
     * has expired or is not valid yet, and no valid certificate has one of its names, a warning is logged; such a key
     * is used only if there is no other.
     *
     * @param keyStore a PKCS #12 or JKS file with private keys and their certificates, as {@code keytool} creates it
     * @param password the password of the key store and of its keys; copied
     * @throws IllegalArgumentException if the file cannot be read, is not a key store or has no key, or if the password
     *     is wrong; the message says which
     */
    public static ServerKeys ofKeyStore(Path keyStore, char[] password) {
        char[] copy = password.clone();
        return new ServerKeys(() -> fromKeyStore(keyStore, copy));
    }

    /**
     * {@return a key and its certificates, from PEM files such as certbot's {@code fullchain.pem} and {@code
     * privkey.pem}, which are read by this call and by each {@link #reload}} If the certificate has expired or is not
     * valid yet, a warning is logged.
     *
     * @param certificates the certificate of the key, followed by those of its issuers
     * @param privateKey the key, as PKCS #8 without a password ({@code BEGIN PRIVATE KEY})
     * @throws IllegalArgumentException if a file cannot be read or used, or the key is not that of the certificate; the
     *     message says which
     */
    public static ServerKeys ofPem(Path certificates, Path privateKey) {
        return new ServerKeys(() -> {
            List<ServerKey> keys = List.of(PemFiles.read(certificates, privateKey));
            warnOfThoseNotValid(keys, certificates, Instant.now());
            return keys;
        });
    }

    /** {@return the context that uses these keys, for {@link BroadcastServer.Builder#tls}} */
    public SSLContext context() {
        return context;
    }

    /**
     * Reads the files again. New connections use the new keys; open connections are not affected. Blocks while it
     * reads. Call this method when a certificate was renewed, for example from a timer or a deploy hook.
     *
     * @throws IllegalArgumentException if the files cannot be used, for the same reasons as at first; the keys that
     *     were read before then stay in use
     */
    public synchronized void reload() {
        List<ServerKey> read = reading.get();
        manager.replace(read);
        keys = read;
    }

    /** {@return the names and the expiry of the certificates; nothing of the keys} */
    @Override
    public String toString() {
        return keys.stream().map(key -> key.names() + " until " + key.chain().get(0).getNotAfter().toInstant())
                .collect(Collectors.joining(", "));
    }

    private static List<ServerKey> fromKeyStore(Path keyStore, char[] password) {
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
            return keys;
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
