package io.github.gracefulshutdown.sample.fault;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

import io.github.gracefulshutdown.autoconfigure.StageChangedEvent;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Handlers that never end, each in its own way. */
@RestController
class StuckHandlers {

	private final List<byte[]> hoard = new ArrayList<>();

	private final Lock left = new ReentrantLock();

	private final Lock right = new ReentrantLock();

	private final CountDownLatch draining = new CountDownLatch(1);

	private final CountDownLatch bothHeld = new CountDownLatch(2);

	@EventListener
	void stageChanged(StageChangedEvent event) {
		this.draining.countDown();
	}

	@GetMapping("/fault/sleep")
	void sleep() {
		Faults.begins("sleep");
		Faults.sleepForGood();
	}

	@GetMapping("/fault/busy")
	void spin() {
		Faults.begins("busy");
		while (!Faults.isOver()) {
			Thread.onSpinWait();
		}
	}

	@GetMapping("/fault/deadlock/left")
	void holdLeft() throws InterruptedException {
		deadlock(this.left, this.right);
	}

	@GetMapping("/fault/deadlock/right")
	void holdRight() throws InterruptedException {
		deadlock(this.right, this.left);
	}

	private void deadlock(Lock first, Lock second) throws InterruptedException {
		first.lock();
		this.bothHeld.countDown();
		this.bothHeld.await();
		Faults.begins("deadlock");
		second.lock();
	}

	/** Leaves no memory to anybody, once the drain has begun. */
	@GetMapping("/fault/heap")
	void exhaustHeap() throws InterruptedException {
		Faults.begins("heap");
		this.draining.await();
		for (int size = 1 << 20; size > 0; size /= 2) {
			try {
				while (!Faults.isOver()) {
					this.hoard.add(new byte[size]);
				}
			}
			catch (OutOfMemoryError ex) {
				// Smaller ones may fit.
			}
		}
		Faults.sleepForGood();
	}

	/** Answers with more than a client that does not read will ever take. */
	@GetMapping("/fault/large")
	void answerLarge(HttpServletResponse response) throws IOException {
		OutputStream body = response.getOutputStream();
		byte[] part = new byte[1 << 16];
		Faults.begins("large");
		while (!Faults.isOver()) {
			body.write(part);
		}
	}

	/** Has everybody wait who writes to the console. */
	@GetMapping("/fault/console")
	void blockConsole() {
		Faults.begins("console");
		PrintStream blocked = new PrintStream(new OutputStream() {

			@Override
			public void write(int b) {
				Faults.sleepForGood();
			}

		}, true, StandardCharsets.UTF_8);
		System.setOut(blocked);
		System.setErr(blocked);
	}

	@GetMapping("/fault/threads")
	void startThreads() {
		Faults.begins("threads");
		IntStream.range(0, 300).forEach((number) -> new Thread(Faults::sleepForGood, "stays-" + number).start());
	}

	@GetMapping("/fault/sse")
	SseEmitter events() throws IOException {
		SseEmitter emitter = new SseEmitter(TimeUnit.DAYS.toMillis(1));
		emitter.send("welcome");
		Faults.begins("sse");
		return emitter;
	}

}
