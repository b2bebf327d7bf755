"""The game of chapter 8.2, its views, and one step of its agent."""

import keras
import numpy as np
import pytest

from ssl_course.chapters import catch

RANDOM = np.random.default_rng


def pictures(count=6):
    return RANDOM(0).integers(1, 256, size=(count, 28, 28)).astype("uint8")


def test_following_the_ball_catches_it_and_fleeing_misses_it():
    for sign, expected in ((1, 1.0), (-1, -1.0)):
        game = catch.Catch(50, staggered=False, seed=1)
        for step in range(catch.STEPS):
            side = np.sign(game.ball - game.paddle)
            fleeing = np.where(game.ball < catch.CELLS / 2, 2, 0)
            rewards, ended = game.step(side + 1 if sign > 0 else fleeing)
            assert ended.all() == (step == catch.STEPS - 1)
            assert ended.all() or not rewards.any()
        assert np.all(rewards == expected)


def test_a_game_that_ended_is_followed_by_a_new_one():
    game = catch.Catch(40, pictures(), seed=2)
    assert len(np.unique(game.row)) > 1, "staggered"
    before = game.row
    _, ended = game.step(np.ones(40, dtype=int))
    assert np.all(game.row[ended] == 0)
    assert np.array_equal(game.row[~ended], before[~ended] + 1)


def test_frames_show_the_state():
    game = catch.Catch(30, seed=3)
    frames = game.frames()
    assert frames.shape == (30, 28, 28)
    assert frames.dtype == np.uint8
    for frame, row, ball, paddle in zip(frames, game.row, game.ball, game.paddle, strict=True):
        assert np.all(frame[2 * row : 2 * row + 2, 2 * ball : 2 * ball + 2] == 255)
        assert frame[: 2 * row].max(initial=0) == 0
        assert np.all(frame[-2:, 2 * paddle] == 255)
    state = game.state()
    assert state.shape == (30, 3)
    assert np.abs(state).max() <= 1


def test_a_picture_drifts_behind_and_does_not_change_the_game():
    game = catch.Catch(20, pictures(), seed=4)
    frames = game.frames()
    dim = frames[frames < 255]
    assert 0 < dim.max() <= 255 * catch.DIM
    moved = np.roll(catch.dim(pictures()), -game.place[:, 0], axis=(1, 2))[game.digit[0][0]]
    top = frames[0, : 2 * game.row[0]]
    assert np.array_equal(top, moved[: len(top)])
    start = game.place
    game.step(np.ones(20, dtype=int))
    going = game.row > 0
    assert np.array_equal(game.place[:, going], ((start + game.drift) % 28)[:, going])


def test_shift_moves_by_at_most_one_pixel_and_differs():
    images = pictures(64)
    first, second = catch.shift(images, RANDOM(0)), catch.shift(images, RANDOM(1))
    assert first.shape == images.shape
    assert np.any(first != second)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    for image, frame in zip(first, padded, strict=True):
        crops = [frame[i : i + 28, j : j + 28] for i in range(3) for j in range(3)]
        assert any(np.array_equal(image, crop) for crop in crops)


def test_overlay_keeps_ball_and_paddle():
    frames = catch.Catch(10, seed=5).frames()
    view = catch.overlay(pictures())(frames, RANDOM(0))
    assert np.array_equal(view == 255, frames == 255)
    assert np.any(view != frames)


def test_loss_is_log_n_for_equal_keys_and_small_for_own_ones():
    eye, ones = np.eye(5, dtype="float32"), np.ones((5, 5), "float32")
    assert float(catch.bilinear_nce(eye, ones, eye)) == pytest.approx(np.log(5), rel=1e-5)
    assert float(catch.bilinear_nce(20 * eye, eye, eye)) < 1e-3


def test_shares_of_an_encoder_that_sees_one_thing_only():
    class Corner:
        """Looks at the lowest row, where the paddle is, or at whether there is any grey."""

        def __init__(self, look):
            self.look = look

        def predict(self, frames, **_):
            return self.look(frames.astype("float32"))

    paddle = catch.shares(Corner(lambda f: (f[:, -1] == 255).astype("float32")), pictures(), 12)
    assert paddle["game"] == pytest.approx(1, abs=1e-5)
    assert paddle["behind"] == pytest.approx(0, abs=1e-5)
    grey = catch.shares(Corner(lambda f: f[:, :1, 0] * (f[:, :1, 0] < 255)), pictures(), 12)
    assert grey["behind"] > 0.7


def test_a_replay_keeps_the_latest():
    replay = catch.Replay(4, (3,), "float32")
    for value in range(6):
        replay.add(*(np.full(shape, value) for shape in ((1, 3), 1, 1, 1, (1, 3))))
    seen, actions, *_ = replay.sample(200, RANDOM(0))
    assert set(actions) == {2, 3, 4, 5}
    assert set(seen[:, 0]) == {2, 3, 4, 5}


def test_an_agent_learns_from_both_losses_and_its_target_follows():
    agent = catch.Agent(catch.pixel_encoder(16), catch.shift, catch.shift, 0.1)
    start = [weight.numpy() for weight in agent.target_encoder.weights]
    similarity = agent.similarity.numpy().copy()
    rows = catch.play(agent, pictures(), pictures(), 704, every=352)
    assert [row["transitions"] for row in rows] == [0, 352, 704]
    assert all(0 <= row["caught"] <= 1 for row in rows)
    assert rows[-1]["nce"] > 0
    assert np.any(agent.similarity.numpy() != similarity)
    moved = [
        np.any(a != b.numpy()) for a, b in zip(start, agent.target_encoder.weights, strict=True)
    ]
    assert any(moved)
    found = catch.decoded(agent.encoder, *(catch.snapshots(None, 200, s) for s in (1, 2)))
    assert set(found) == {"ball", "paddle"}


def test_an_agent_that_takes_the_variables_of_a_new_one_plays_its_run():
    def run(agent):
        return catch.play(agent, None, None, 704, every=704, seed=3)[-1]["caught"]

    keras.utils.set_random_seed(1)
    new = catch.Agent(catch.pixel_encoder(16), views=catch.shift, contrast=0.1, seed=2)
    used = catch.Agent(catch.pixel_encoder(16), views=catch.shift, contrast=0.1)
    catch.play(used, None, None, 704, every=704)
    for source, goal in zip(new.variables, used.variables, strict=True):
        goal.assign(source)
    used.random = RANDOM(2)
    assert run(used) == run(new)
    assert np.array_equal(used.encoder.weights[0], new.encoder.weights[0])


@pytest.mark.parametrize("own_keys", [False, True])
def test_contrast_learns_to_tell_frames_apart_without_a_reward(own_keys):
    keras.utils.set_random_seed(0)
    method = catch.Contrast(catch.pixel_encoder(16), own_keys)
    followed = method.target_encoder.weights[0].numpy().copy()
    loss = catch.without_reward(method, None, catch.shift, steps=60, batch=32)
    assert loss < 0.7 * np.log(32), "log 32 is what guessing costs"
    assert np.any(followed != method.target_encoder.weights[0].numpy())


def test_the_state_is_enough_without_the_loss():
    agent = catch.Agent(catch.state_encoder(16))
    similarity = agent.similarity.numpy().copy()
    rows = catch.play(agent, None, None, 704, every=704, state=True)
    assert rows[-1]["nce"] == 0
    assert np.array_equal(agent.similarity.numpy(), similarity)


def test_the_goal_is_the_reward_and_the_discounted_best_value_of_what_goes_on():
    agent = catch.Agent(catch.state_encoder(), discount=0.5)
    seen, after = RANDOM(0).normal(size=(2, 4, 3)).astype("float32")
    actions = np.array([0, 1, 2, 0], "int32")
    rewards, ended = np.array([[1, -1, 0, 0], [1, 1, 0, 0]], "float32")
    best = agent.target_head(agent.target_encoder(after)).numpy().max(axis=1)
    chosen = agent.head(agent.encoder(seen)).numpy()[range(4), actions]
    gap = np.abs(rewards + 0.5 * (1 - ended) * best - chosen)
    error, _ = agent.update((seen, actions, rewards, ended, after))
    huber = np.where(gap < 1, gap**2 / 2, gap - 0.5)
    assert float(error) == pytest.approx(huber.mean(), rel=1e-4)


def test_a_perfect_player_catches_everything():
    class Perfect:
        def act(self, seen, explore=0.0):
            return np.sign(seen[:, 1] - seen[:, 2]).astype(int) + 1

    assert catch.caught(Perfect(), None, state=True, games=50) == 1.0


def test_looks_fall_between_the_moves_of_all_games():
    with pytest.raises(ValueError, match="multiple of the 32 games"):
        catch.play(None, None, None, every=1_000, games=32)
