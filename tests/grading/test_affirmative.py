"""What is a yes to a proposal and what is none, in sentences as customers write them."""

import pytest

from tautraj.grading.affirmative import is_affirmative

YES = """\
Yes please
Yep, all good
Sure thing, go ahead and cancel
Okay, thanks.
Okie dokie
Go right ahead.
I confirm the cancellation.
Please proceed with the exchange.
That's fine with me.
Sounds like a plan.
Looks good, thank you.
Everything looks correct.
Let's go with that
You have my permission.
I agree to that
Please cancel it.
Great! Please make the exchange.
All correct, yes.
That's correct, please process the return.
Right, do that.
No objections here.
No worries, please go ahead.
No more questions, proceed.
Nope, no changes. Go ahead.
I don't have any questions, please go ahead
Wait... okay, yes, go ahead.
Hmm, it's a bit expensive, but okay, go ahead.
It isn't ideal but yes.
Can you please proceed?
Yes, I don't need it anymore.
Yes, it doesn't fit me.
Yes. When will I get the refund?
Yes, please do that as soon as possible.
Yes, if you can please.
Yes, and let me know when it's done.
Perfect, thanks.
Alright then.
I'm happy with that.
Yes, I'm sure.
I do.
Yes, I have read the details and I agree.
I would like to go ahead with this.
Feel free to process it
yes pls
Yess please
sure, why not
Yeah that's fine.
ok go ahead
okay, please do
That'd be lovely, thanks.
Yes, the black one, please go ahead.
Yes — please cancel both orders.
Yes, I understand the fee, please go ahead.
Yes, my address is correct. Please proceed.
Understood, please proceed
Please exchange both items.
Please go through with it.
I'm fine with the price difference.
Yes, first class is fine.
Yes, use credit_card_9513926.
Yes, no need to wait.
That's what I'd like, yes.
Yes, cancel order #W2378156 because I no longer need it.
Yes, I confirm. Also, I want to return another item.
I can't wait, go ahead!
Yes to both.
Happy to proceed.
👍
Then please do so.
Yes, that would be my preference, thanks.
Sure, please go ahead and process the refund to my PayPal account.
Yes, thank you. ###STOP###
Confirmed, you can process it now.
Yes, everything you listed is right.
Sure, cancel it.
I accept the terms.
""".splitlines()

NO = """\
Not yet.
Nah, leave it.
Never mind.
Please don't cancel it.
I'm not sure about that.
I need to think about it.
I'll get back to you.
Let me check with my wife first.
Give me a minute.
Yes, hold on a second.
Yes... hmm, actually no.
Sure, as long as there's no fee.
Okay, provided that I get a full refund.
Yes, if you waive the fee.
Yes, once you have refunded the other order.
Ok, but what about the shipping?
Yes, but I want the blue one.
Sure, but can you tell me the price first?
Go ahead and tell me the total.
Please confirm the total price.
Could you confirm the refund amount?
Great question, I don't know.
Great, what happens next?
Perfect timing, I was just about to write.
Okay, so what are my options?
Sure, my name is Mei Kovacs.
Sure. My email is mei@example.com.
Sure, here you go: 78705.
Yes, it's 78705.
Yes, my order number is #W1234567.
Yes, I got the package on Monday.
Okay, I see.
Thank you.
How long will it take?
I'm sure there's a better option.
The right size is medium.
It would be great if you could check the price.
I would be fine with a partial refund.
Before you do anything, tell me the price.
Yeah right.
Oh great, another fee.
Sure, like you helped me last time.
Perhaps later.
Actually, I changed my mind.
Actually, I want the red one instead.
I'd rather keep the lamp.
That's not what I asked for.
That doesn't sound right.
I do not want to proceed.
Absolutely not.
Of course not.
Yes and no.
Yes to the lamp, no to the keyboard.
Yes, except the lamp.
Can we do it tomorrow?
Could you explain the process?
Okay, one more question.
Okay, one question before that.
Let me talk to my husband.
Fine, whatever you say... no, stop.
Why should I agree?
That depends.
I could agree to that if the fee is waived.
Should I go ahead?
I want to cancel my order.
Because I no longer need it.
I'll think about it, ok?
Yes? What do you need?
Let's not do that.
Okay, let me look at my order.
Sure would be nice to get a discount.
Fine print says it's free.
Right now I am at work.
Absolutely ridiculous.
Of course I want a discount.
Yes sir, I have a question.
Agreed prices should be honoured.
I agree that the service is slow.
Please proceed only after refunding the other one.
Correct me if I'm wrong, isn't it free?
Certainly not what I wanted.
Sure, when the price drops.
""".splitlines()


@pytest.mark.parametrize("text", YES)
def test_a_yes(text: str) -> None:
    assert is_affirmative(text)


@pytest.mark.parametrize("text", NO)
def test_no_yes(text: str) -> None:
    assert not is_affirmative(text)
